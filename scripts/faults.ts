/** Runs the fault tests of every adapter as often as their figures are reported for: `pnpm faults`. */

import { commandLine } from './command-line.ts'
import { exitCode } from './run.ts'

commandLine(
  `pnpm faults

Runs the fault tests of every adapter as often as their figures are reported for, the whole conformance kit on each,
and 10,000 items of each variant through the codec of Python's items.`,
  {},
)

process.env.SESSIONS_TEST_FAULTS = 'all'
let failed = await exitCode('vitest', ['run', '--root', 'packages/core', 'python/codec', 'python/sdk'])
for (const name of ['sqlite', 'sql', 'redis', 'encrypted', 'cli', 'integration']) {
  const parameters = ['run', '--root', `packages/${name}`]
  if (name === 'integration') parameters.push('--project', 'source')
  parameters.push(
    'faults',
    '/galera',
    '/failures',
    '/grants',
    '/conformance',
    '/order',
    '/processes',
    '/scale',
    '/terminals',
  )
  failed += await exitCode('vitest', parameters)
}
process.exit(failed === 0 ? 0 : 1)
