import { defineConfig } from 'vitest/config'
import { shared } from '../../vitest.shared.ts'

/** The tests of packed packages share one rehearsal of a release, which the others need not wait for. */
export default defineConfig({
  test: {
    ...shared,
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'source', include: ['test/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'packed', include: ['test/packed/*.test.ts'], globalSetup: ['test/packed/rehearsal.ts'] },
      },
    ],
  },
})
