import { defineConfig } from 'vitest/config'
import { shared } from '../../vitest.shared.ts'

export default defineConfig({
  test: { ...shared, maxWorkers: 1, isolate: false, globalSetup: 'test/support/build-page.ts' },
})
