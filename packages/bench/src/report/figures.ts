import type { BackendRun, Result } from '../peers/results.ts'

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}

export function resultOf({ results }: BackendRun, workload: string, contender: string): Result | undefined {
  return results.find((result) => result.workload === workload && result.contender === contender)
}

/** Microseconds, or bytes; nothing where it was not measured. */
export function medianOf(run: BackendRun, workload: string, contender: string): number | undefined {
  const { rounds } = resultOf(run, workload, contender) ?? {}
  return rounds === undefined ? undefined : median(rounds)
}

/** The median of the longest stops of the rounds, in milliseconds. */
export function stopOf(run: BackendRun, workload: string, contender: string): number | undefined {
  const { stops } = resultOf(run, workload, contender) ?? {}
  return stops === undefined ? undefined : median(stops)
}

/** Three digits, in the unit that suits. */
export function time(microseconds: number): string {
  const [value, unit] = microseconds < 1_000 ? [microseconds, 'µs'] : [microseconds / 1_000, 'ms']
  return `${digits(value)} ${unit}`
}

export function bytes(count: number): string {
  return count < 0 ? 'nothing' : `${digits(count)} B`
}

/** With three digits that count, and thousands apart. */
export function digits(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumSignificantDigits: 3 })
}

export function ratio(value: number): string {
  return value >= 100 ? digits(value) : value.toPrecision(value < 1 ? 2 : 3)
}
