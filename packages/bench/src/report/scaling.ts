import { existsSync, readFileSync } from 'node:fs'
import type { TopLevelSpec } from 'vega-lite'
import type { Scale, Step } from '../scale/results.ts'
import { conditions, warning } from './conditions.ts'
import { digits, time } from './figures.ts'
import { table } from './markdown.ts'
import { titles } from './names.ts'
import { decades, svgOf } from './plots.ts'

const folder = 'docs/benchmarks'
const backends = ['sqlite', 'postgres', 'redis'] as const

/** Where the raw results are kept, from the root of the repository. */
export function scaleFile(backend: string): string {
  return `${folder}/scale-${backend}.json`
}

function read(backend: string): Scale | undefined {
  const file = scaleFile(backend)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

/** One table: what one database takes as it grows, and where that was measured. */
export function scalingTable(backend: string): string {
  const scale = read(backend)
  if (scale === undefined) return 'Not measured yet.'
  const isIndexed = scale.sessions.some(({ scanned20 }) => scanned20 !== undefined)
  const row = (what: string, step: Step): string[] => {
    const { count, append, last20, newest20, scanned20, diskMiB, serverMiB, heapMiB } = step
    return [
      `${count.toLocaleString('en')} ${what}`,
      time(append),
      time(last20),
      newest20 === undefined ? '–' : time(newest20),
      ...(isIndexed ? [scanned20 === undefined ? '–' : time(scanned20)] : []),
      `${digits(diskMiB)} MiB`,
      serverMiB === undefined ? '–' : `${digits(serverMiB)} MiB`,
      `${digits(heapMiB)} MiB`,
    ]
  }
  const rows = [
    ...scale.sessions.map((step) => row(`sessions of ${scale.itemsOfEach} items`, step)),
    ...scale.items.map((step) => row('items in one session', step)),
  ]
  const listed = isIndexed ? ['newest 20 sessions, by an index', 'without one'] : ['newest 20 sessions']
  const head = ['', 'append 1', 'last 20', ...listed, 'disk', 'memory of the server', 'heap of the process']
  return `${table(head, rows)}\n\n${[scale.server, conditions(scale)].filter((part) => part !== '').join('; ')}.${warning(scale)}`
}

/** The plots of docs/scaling.md by their files. */
export async function scalingPlots(): Promise<Map<string, string>> {
  const scales = backends.map(read).filter((scale) => scale !== undefined)
  if (scales.length === 0) return new Map()
  return new Map([
    [`${folder}/scale-sessions.svg`, await svgOf(plot(scales, 'sessions'))],
    [`${folder}/scale-items.svg`, await svgOf(plot(scales, 'items'))],
  ])
}

function plot(scales: readonly Scale[], by: 'sessions' | 'items'): TopLevelSpec {
  const values = scales.flatMap((scale) =>
    scale[by].flatMap(({ count, append, last20, newest20 }) => [
      { backend: titles[scale.backend], count, what: 'append 1', ms: append / 1_000 },
      { backend: titles[scale.backend], count, what: 'last 20', ms: last20 / 1_000 },
      ...(newest20 === undefined
        ? []
        : [{ backend: titles[scale.backend], count, what: 'newest 20 sessions', ms: newest20 / 1_000 }]),
    ]),
  )
  const [x, y] = [decades(values.map(({ count }) => count)), decades(values.map(({ ms }) => ms))]
  return {
    data: { values },
    width: 220,
    height: 220,
    background: 'white',
    config: { axis: { titleFontWeight: 'normal' } },
    mark: { type: 'line', point: true },
    encoding: {
      column: { field: 'backend', type: 'nominal', sort: Object.values(titles), title: null },
      x: { field: 'count', type: 'quantitative', title: by, scale: x.scale, axis: { ...x.axis, format: '~s' } },
      y: { field: 'ms', type: 'quantitative', title: 'milliseconds', ...y },
      color: { field: 'what', type: 'nominal', sort: null, title: null },
      shape: { field: 'what', type: 'nominal', sort: null, title: null },
    },
  }
}
