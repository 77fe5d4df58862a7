import { expect, it } from 'vitest'
import { peakOf } from './support/load.ts'

// The whole of it is `pnpm bench studio`. proc(5) is Linux's.
it.runIf(process.platform === 'linux')('takes less than 200 MiB while all of a large store is read', async () => {
  const { most } = await peakOf({ sessions: 20_000, entries: 8_000, pages: 60 })
  expect(most).toBeLessThan(200)
})
