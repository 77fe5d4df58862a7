import { afterAll, describe, it } from 'vitest'
import { bind, type DescribeOptions } from './binding.ts'
import type { Harness } from './harness.ts'

export type { DescribeOptions } from './binding.ts'

/** One vitest test for each case, in a `describe` of the harness's name; prints the counts and every skip's reason. */
export function describeConformance(harness: Harness, options: DescribeOptions = {}): void {
  const { tests, timeoutMs, finish } = bind(
    harness,
    options,
    (id) => `vitest run -t '${pattern(harness.name)}.*${id}:'`,
  )
  describe(harness.name, () => {
    for (const { name, run } of tests) it(name, { timeout: timeoutMs }, (test) => run(test.skip))
    afterAll(finish)
  })
}

/** vitest takes a regular expression, and the shell takes quotes. */
function pattern(name: string): string {
  return name.replaceAll(/[^\w ]/g, '.')
}
