import { after, describe, it } from 'node:test'
import { bind, type DescribeOptions } from './binding.ts'
import type { Harness } from './harness.ts'

export type { DescribeOptions } from './binding.ts'

/** One test of `node:test` for each case, in a `describe` of the harness's name; prints the counts and every skip's reason. */
export function describeConformance(harness: Harness, options: DescribeOptions = {}): void {
  const { tests, timeoutMs, finish } = bind(harness, options, (id) => `node --test --test-name-pattern='${id}:'`)
  describe(harness.name, () => {
    for (const { name, run } of tests) it(name, { timeout: timeoutMs }, (test) => run((reason) => test.skip(reason)))
    after(finish)
  })
}
