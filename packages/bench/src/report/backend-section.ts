import type { BackendRun, ContenderReport, Result } from '../peers/results.ts'
import { against, boundsOf, isMissed } from './bounds.ts'
import { conditions, warning } from './conditions.ts'
import { bytes, digits, medianOf, ratio, resultOf, stopOf, time } from './figures.ts'
import { goals } from './goals.ts'
import { table } from './markdown.ts'
import { titles } from './names.ts'

/** What a contender's cell says where there is no figure. */
function without(result: Result | undefined): string {
  if (result?.wrong !== undefined) return '**wrong items**'
  return result?.failed !== undefined ? 'failed' : '–'
}

function times(run: BackendRun, contenders: readonly ContenderReport[]): string {
  const rows = run.workloads.flatMap(({ id, title }) => {
    const cell = ({ name }: ContenderReport): string => {
      const value = medianOf(run, id, name)
      if (value === undefined) return without(resultOf(run, id, name))
      return id === 'memory' ? bytes(value) : time(value)
    }
    const stop = ({ name }: ContenderReport): string => {
      const value = stopOf(run, id, name)
      return value === undefined ? '–' : `${digits(value)} ms`
    }
    const hasStops = run.results.some(({ workload, stops }) => workload === id && stops !== undefined)
    const stops = hasStops ? [['… longest stop of the event loop', ...contenders.map(stop)]] : []
    return [[title, ...contenders.map(cell)], ...stops]
  })
  return table(['', ...contenders.map(({ name }) => name)], rows)
}

function factors(run: BackendRun, contenders: readonly ContenderReport[]): string {
  const others = contenders.filter(({ name }) => name !== 'ours')
  const keeps = ['keeps no …', ...others.map(({ lacks }) => lacks.join(', ')), '']
  const rows = run.workloads.map(({ id, title }) => {
    const bounds = boundsOf(run, id)
    const missed = bounds.filter(isMissed).map(({ contender }) => contender)
    const cell = ({ name }: ContenderReport): string => {
      const measured = against(run, id, 'ours', name)
      if (measured === undefined) return without(resultOf(run, id, name))
      return missed.includes(name) ? `**${ratio(1 / measured)}**` : ratio(1 / measured)
    }
    const verdict = missed.length === 0 ? 'yes' : `**no**: ${missed.join(', ')}`
    return [title, ...others.map(cell), bounds.length === 0 ? '–' : verdict]
  })
  return table(['', ...others.map(({ name }) => name), 'promise holds'], [keeps, ...rows])
}

function about(run: BackendRun): string {
  const lines = run.contenders.map(({ name, versions, lacks, note, settings, failed, skipped }) => {
    const wrong = run.results.filter((result) => result.contender === name && result.wrong !== undefined)
    const failures = run.results.filter((result) => result.contender === name && result.failed !== undefined)
    const title = (id: string): string => run.workloads.find((workload) => workload.id === id)?.title ?? id
    const parts = [
      listed(versions),
      lacks.length > 0 ? `keeps no ${lacks.join(', no ')}` : '',
      listed(settings),
      note.replace(/\.$/, ''),
      skipped === undefined ? '' : `**skipped**: ${skipped}`,
      failed === undefined ? '' : `**could not be opened here**: ${failed}`,
      ...wrong.map((result) => `**wrong items** in “${title(result.workload)}”: ${result.wrong}`),
      ...failures.map((result) => `failed in “${title(result.workload)}”: ${result.failed}`),
    ].filter((part) => part !== '')
    return parts.length === 0 ? `- **${name}**` : `- **${name}**: ${parts.join('; ')}.`
  })
  return lines.join('\n')
}

function listed(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}

export function backendSection(run: BackendRun): string {
  const { backend, server, durability } = run
  const opened = run.contenders.filter(({ failed, skipped }) => failed === undefined && skipped === undefined)
  const safe = Object.entries(durability).map(([setting, value]) => `\`${setting}\` ${value}`)
  const place = [server, safe.length > 0 ? `for all contenders ${safe.join(', ')}` : ''].filter((part) => part !== '')
  return `## ${titles[backend]}

${[...place, conditions(run)].join('; ')}.${warning(run)}

One operation, the median of the rounds:

${times(run, opened)}

How many times as long as ours it takes. More than 1: ours is faster. What breaks a promise is bold.

${factors(run, opened)}

![How many times as long as ours each takes](benchmarks/${backend}.svg)

${goals(run)}

${about(run)}
`
}
