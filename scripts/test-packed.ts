/**
 * The tests of the packed packages alone. `pnpm test:packed --all` installs each package with each package manager, on each Node, with
 * the oldest and the newest SDK, on Bun and on Deno; without it, as in `pnpm test`, each of these is tried once.
 */
import { commandLine } from './command-line.ts'
import { run } from './run.ts'

const { values } = commandLine(
  `pnpm test:packed [--all]

Tests the packed packages, each thing once; with --all on every runtime, with every package manager and at both ends of the peers.`,
  { all: { type: 'boolean' } },
)
process.env.SESSIONS_PACKED = values.all ? 'all' : 'once'
await run('turbo', ['run', 'build', '--output-logs=errors-only'])
await run('pnpm', ['--filter', '@sessions/integration', 'run', 'test', '--project', 'packed'])
