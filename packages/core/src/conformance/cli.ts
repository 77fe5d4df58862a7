#!/usr/bin/env node
/** Certifies the harnesses of a module with no test runner: `sessions-conformance ./harness.js`. */
import { writeFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { toBadge, toJUnit, toTable } from './formats.ts'
import type { Harness } from './harness.ts'
import { type ConformanceReport, formatReport } from './report.ts'
import { type ConformanceOptions, conformanceCases, runConformance } from './run.ts'

const usage = `Usage: sessions-conformance ./harness.js [options]

The module's default export is a harness, an array of them, or a function that gives either.

  -t, --only <id>     only this case, or those whose ids begin so: append/order, append/
      --seed <n>      what random choices are drawn from; default 1
      --steps <n>     how long random cases are; default 300
      --timeout <ms>  after which a case counts as failed; default 60000
      --json <file>   writes the report; an array of them where there are several harnesses
      --junit <file>  writes JUnit's XML
      --badge <file>  writes a badge as SVG; of the first harness
  -h, --help          prints this

Exit code: 0 where no case failed, 1 where one did, 2 where nothing could be run.`

const options = {
  only: { type: 'string', short: 't' },
  seed: { type: 'string' },
  steps: { type: 'string' },
  timeout: { type: 'string' },
  json: { type: 'string' },
  junit: { type: 'string' },
  badge: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

// A harness may hold connections of its own, which must not keep the process from ending.
process.exit(await main().catch(explain))

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  if (values.help) {
    console.log(usage)
    return 0
  }
  const [module, ...others] = positionals
  if (module === undefined || others.length > 0) throw new TypeError(`Name one module.\n\n${usage}`)
  const chosen: ConformanceOptions = {
    ...(values.only !== undefined && { only: values.only }),
    ...numbers({ seed: values.seed, steps: values.steps, timeoutMs: values.timeout }),
  }
  const reports: ConformanceReport[] = []
  for (const harness of await loadHarnesses(module)) reports.push(await certify(harness, module, chosen))
  if (values.json)
    writeFileSync(values.json, `${JSON.stringify(reports.length === 1 ? reports[0] : reports, null, 2)}\n`)
  if (values.junit) writeFileSync(values.junit, toJUnit(reports))
  if (values.badge && reports[0]) writeFileSync(values.badge, toBadge(reports[0]))
  return reports.every(({ ok }) => ok) ? 0 : 1
}

async function loadHarnesses(module: string): Promise<readonly Harness[]> {
  const { default: exported }: { default?: unknown } = await import(pathToFileURL(resolve(module)).href)
  const given = typeof exported === 'function' ? await exported() : await exported
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`${module} has no harness as its default export.`)
  return Array.isArray(given) ? given : [given as Harness]
}

/** Shows how far it is, where somebody watches, and then the verdict. */
async function certify(harness: Harness, module: string, chosen: ConformanceOptions): Promise<ConformanceReport> {
  const total = conformanceCases(harness, chosen).length
  const { stderr } = process
  let begun = 0
  const onStart = (id: string): void => {
    begun++
    if (stderr.isTTY) stderr.write(`\r\u001b[K${begun}/${total} ${id}`)
  }
  const report = await runConformance(harness, { ...chosen, onStart })
  if (stderr.isTTY) stderr.write('\r\u001b[K')
  const { adapter, version = '', kit, runtime, platform, seed, steps } = report
  const again = (id: string): string =>
    `sessions-conformance ${relative('.', module)} -t ${id} --seed ${seed} --steps ${steps}`
  console.log(`${`${adapter} ${version}`.trim()}, kit ${kit}, ${runtime}, ${platform}, seed ${seed}, ${steps} steps\n`)
  console.log(`${toTable(report)}\n`)
  console.log(`${formatReport(report, again)}\n`)
  return report
}

function numbers(given: Readonly<Record<string, string | undefined>>): Record<string, number> {
  const entries = Object.entries(given).flatMap(([name, text]) => {
    if (text === undefined) return []
    if (!/^\d+$/.test(text)) throw new TypeError(`${name} must be a whole number, not ${JSON.stringify(text)}.`)
    return [[name, Number(text)] as const]
  })
  return Object.fromEntries(entries)
}

/** What kept the kit from running at all: mostly a mistake of the caller's, which a stack would only hide. */
function explain(error: unknown): number {
  console.error(error instanceof TypeError || error instanceof RangeError ? error.message : error)
  return 2
}
