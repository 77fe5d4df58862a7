import { defineConfig } from 'vitest/config'

/** The servers of `SESSIONS_TEST_…_URL` are started once for all files that need none of their own. */
export default defineConfig({
  test: { testTimeout: 60_000, hookTimeout: 120_000, maxWorkers: 2, globalSetup: ['test/support/servers.ts'] },
})
