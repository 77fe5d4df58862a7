import type { ViteUserConfig } from 'vitest/config'

/**
 * What the tests of every package have in common.
 *
 * A test may take as long as a slow and busy machine needs: a limit is there to end a test that hangs, never to say how
 * quick a thing is. So there is one, and no test has its own.
 */
export const shared = {
  // `pnpm faults` has rounds that take hours.
  testTimeout: process.env.SESSIONS_TEST_FAULTS === undefined ? 900_000 : 0,
  hookTimeout: 900_000,
  expect: { poll: { timeout: 120_000 } },
  // Of a log that was cut, the message is all that is left: it has the whole value.
  chaiConfig: { truncateThreshold: 2_000 },
  // `scripts/test.ts` prints what failed once more, after everything else.
  reporters: ['default', ['json', { outputFile: '.vitest/results.json' }]],
} satisfies ViteUserConfig['test']
