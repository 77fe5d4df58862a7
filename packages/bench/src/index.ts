import { commandLine } from '../../../scripts/command-line.ts'

/** `pnpm bench sqlite` or another name: our medians against the same work written by hand on the driver, in one interleaved run. */
const benchmarks: Readonly<Record<string, () => Promise<{ run(): Promise<boolean> }>>> = {
  encrypted: () => import('./encrypted.ts'),
  redis: () => import('./redis.ts'),
  sql: () => import('./sql.ts'),
  sqlite: () => import('./sqlite.ts'),
  studio: () => import('./studio.ts'),
}

const { positionals, refuse } = commandLine(
  `pnpm bench <name>

Prints our medians beside those of the same work written by hand. There are: ${Object.keys(benchmarks).join(', ')}.`,
  {},
  1,
)
const [name = ''] = positionals
const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined
const { run } = await (load?.() ?? refuse(name === '' ? 'Name a benchmark.' : `There is no ${JSON.stringify(name)}.`))
process.exit((await run()) ? 0 : 1)
