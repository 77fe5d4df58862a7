import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AllCosts } from './comparison.ts'

/** What is in the file: a line of numbers for each call, in the order of `counted`. */
type Committed = Readonly<
  Record<string, { version: string; counted: readonly string[]; calls: Readonly<Record<string, readonly number[]>> }>
>

const file = fileURLToPath(new URL('../../counts.json', import.meta.url))

export function readCommitted(): AllCosts {
  const committed: Committed = JSON.parse(readFileSync(file, 'utf8'))
  const backends = Object.entries(committed).map(([backend, { version, counted, calls }]) => {
    const costs = Object.entries(calls).map(([call, numbers]) => {
      return [call, Object.fromEntries(counted.map((name, index) => [name, numbers[index] ?? 0]))] as const
    })
    return [backend, { version, calls: Object.fromEntries(costs) }] as const
  })
  return Object.fromEntries(backends)
}

export function writeCommitted(costs: AllCosts): void {
  const backends = Object.entries(costs).map(([backend, { version, calls }]) => {
    const counted = Object.keys(Object.values(calls)[0] ?? {})
    const lines = Object.entries(calls).map(([call, counts]) => {
      return `      ${JSON.stringify(call)}: ${list(counted.map((name) => counts[name] ?? 0))}`
    })
    return [
      `  ${JSON.stringify(backend)}: {`,
      `    "version": ${JSON.stringify(version)},`,
      `    "counted": ${list(counted)},`,
      `    "calls": {\n${lines.join(',\n')}\n    }`,
      '  }',
    ].join('\n')
  })
  writeFileSync(file, `{\n${backends.join(',\n')}\n}\n`)
}

/** On one line. */
function list(values: readonly (string | number)[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(', ')}]`
}
