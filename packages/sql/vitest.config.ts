import { defineConfig } from 'vitest/config'
import { shared } from '../../vitest.shared.ts'

/** The servers of `SESSIONS_TEST_…_URL` are started once for all files that need none of their own. */
export default defineConfig({
  test: { ...shared, maxWorkers: 2, globalSetup: ['test/support/servers.ts'] },
})
