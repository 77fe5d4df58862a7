/**
 * The tests of the packed packages alone. `pnpm test:packed --all` installs each package with each package manager, on each Node, with
 * the oldest and the newest SDK, on Bun and on Deno; without it, as in `pnpm test`, each of these is tried once.
 */
import { run } from './run.ts'

const [flag, ...others] = process.argv.slice(2)
if ((flag !== undefined && flag !== '--all') || others.length > 0) throw new TypeError('pnpm test:packed [--all]')
process.env.SESSIONS_PACKED = flag === '--all' ? 'all' : 'once'
await run('turbo', ['run', 'build', '--output-logs=errors-only'])
await run('pnpm', ['--filter', '@sessions/integration', 'run', 'test', '--project', 'packed'])
