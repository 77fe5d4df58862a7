/** Runs the fault tests of every adapter as often as their figures are reported for: `pnpm faults`. */
import { exitCode } from './run.ts'

process.env.SESSIONS_TEST_FAULTS = 'all'
let failed = 0
for (const name of ['sql', 'redis', 'integration']) {
  const parameters = ['run', '--root', `packages/${name}`, '--testTimeout', '300000', '--hookTimeout', '120000']
  if (name === 'integration') parameters.push('--project', 'source')
  parameters.push('faults', '/galera')
  failed += await exitCode('vitest', parameters)
}
process.exit(failed === 0 ? 0 : 1)
