import { commandLine } from '../../../scripts/command-line.ts'
import type { Size } from './cli/seed.ts'

/** `pnpm bench sqlite` or another name: our medians against the same work written by hand on the driver, in one interleaved run. */
const benchmarks: Readonly<Record<string, () => Promise<{ run(size: Size): Promise<boolean> }>>> = {
  cli: () => import('./cli.ts'),
  encrypted: () => import('./encrypted.ts'),
  redis: () => import('./redis.ts'),
  sql: () => import('./sql.ts'),
  sqlite: () => import('./sqlite.ts'),
  studio: () => import('./studio.ts'),
}

const { positionals, values, refuse } = commandLine(
  `pnpm bench <name> [--sessions <n> --items <n>]

Prints our figures beside those of the same work written by hand. There are: ${Object.keys(benchmarks).join(', ')}.
For cli, so much is in the store: 100,000 sessions and 5,000,000 items.`,
  { sessions: { type: 'string', default: '100000' }, items: { type: 'string', default: '5000000' } },
  1,
)
const [name = ''] = positionals
const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined
const { run } = await (load?.() ?? refuse(name === '' ? 'Name a benchmark.' : `There is no ${JSON.stringify(name)}.`))
const size = { sessions: Number(values.sessions), items: Number(values.items) }
process.exit((await run(size)) ? 0 : 1)
