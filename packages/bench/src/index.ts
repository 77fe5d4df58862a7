import { commandLine } from '../../../scripts/command-line.ts'
import type { Size } from './cli/seed.ts'
import type { PeersOptions } from './peers/index.ts'
import type { ScaleOptions } from './scale/index.ts'

/** `pnpm bench sqlite` or another name: our medians against the same work written by hand on the driver, in one interleaved run. */
const benchmarks: Readonly<
  Record<string, () => Promise<{ run(options: Size & PeersOptions & ScaleOptions): Promise<boolean> }>>
> = {
  cli: () => import('./cli.ts'),
  encrypted: () => import('./encrypted.ts'),
  peers: () => import('./peers/index.ts'),
  redis: () => import('./redis.ts'),
  scale: () => import('./scale/index.ts'),
  sql: () => import('./sql.ts'),
  sqlite: () => import('./sqlite.ts'),
  studio: () => import('./studio.ts'),
}

const { positionals, values, refuse } = commandLine(
  `pnpm bench <name> [--sessions <n> --items <n>] [--rounds <n> --quick --backend <name> …] [--largest <n>]

Prints our figures beside those of the same work written by hand. There are: ${Object.keys(benchmarks).join(', ')}.
For cli, so much is in the store: 100,000 sessions and 5,000,000 items.
For peers, 9 rounds of every contender with every backend: sqlite, postgres, mariadb, redis, memory. It installs them first, and writes docs/benchmarks.md.
For scale, up to 1,000,000 sessions and items of one session; it writes the tables of docs/scaling.md.`,
  {
    sessions: { type: 'string', default: '100000' },
    items: { type: 'string', default: '5000000' },
    rounds: { type: 'string', default: '9' },
    quick: { type: 'boolean', default: false },
    largest: { type: 'string', default: '1000000' },
    backend: { type: 'string', multiple: true, default: [] },
  },
  1,
)
const [name = ''] = positionals
const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined
const { run } = await (load?.() ?? refuse(name === '' ? 'Name a benchmark.' : `There is no ${JSON.stringify(name)}.`))
const { sessions, items, rounds, quick, largest, backend: backends } = values
const options = {
  sessions: Number(sessions),
  items: Number(items),
  rounds: Number(rounds),
  quick,
  largest: Number(largest),
  backends,
}
process.exit((await run(options)) ? 0 : 1)
