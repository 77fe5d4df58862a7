import ms, { type StringValue } from 'ms'
import { Failure } from '../exit-codes.ts'

/** One that chooses something: what is empty would choose all. */
export function filled(given: string): string {
  if (given === '') throw new Failure('usage', 'It must not be empty.')
  return given
}

export function count(given: string): number {
  if (/^\d{1,15}$/.test(given)) return Number(given)
  throw new Failure('usage', 'It must be a whole number.')
}

export function atLeastOne(given: string): number {
  const found = count(given)
  if (found > 0) return found
  throw new Failure('usage', 'It must be 1 or more.')
}

/** Seconds, from `90s`, `30d` or `1y`. */
export function seconds(given: string): number {
  return milliseconds(given) / 1000
}

/** A time: one that long ago, as `90s`, `30d` or `1y`, or one of the calendar, as `2026-01-31` or `2026-01-31T12:00:00Z`. */
export function time(given: string): Date {
  if (/^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/.test(given)) {
    const date = new Date(given)
    if (!Number.isNaN(date.getTime())) return date
  }
  return new Date(Date.now() - milliseconds(given))
}

/** `key=value`: a number, `true` or `false`, or a text, which quotes make of anything: `plan="3"`. */
export function pair(given: string): readonly [string, string | number | boolean] {
  const at = given.indexOf('=')
  if (at <= 0) throw new Failure('usage', 'It must be key=value.')
  return [given.slice(0, at), scalar(given.slice(at + 1))]
}

/** One of them. */
export function oneOf<const T extends string>(choices: readonly T[]): (given: string) => T {
  return (given) => {
    const found = choices.find((choice) => choice === given)
    if (found === undefined) throw new Failure('usage', `It must be one of ${choices.join(', ')}.`)
    return found
  }
}

function scalar(given: string): string | number | boolean {
  if (/^(true|false|-?\d+(\.\d+)?([eE][+-]?\d+)?|".*")$/s.test(given)) {
    try {
      return JSON.parse(given)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
  }
  return given
}

/** A number without a unit is refused: `--older-than 30` would delete what is older than 30 ms. */
function milliseconds(given: string): number {
  const found = /^\d+(\.\d+)? ?[a-z]+$/i.test(given) ? ms(given as StringValue) : undefined
  if (found !== undefined && Number.isFinite(found)) return found
  throw new Failure('usage', 'It must be a time such as 90s, 12h, 30d, 1y or 2026-01-31.')
}
