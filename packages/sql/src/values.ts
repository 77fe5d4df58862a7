import type { Row } from './connection.ts'
import { Misshapen } from './failures.ts'

/** A text that must be there. @throws Misshapen for a result of another shape than the statement promises */
export function textOf(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new Misshapen(`The database gave no ${column}.`)
  return value
}

/** An integer that a number can hold. @throws Misshapen for anything else, never a guess */
export function numberOf(row: Row, column: string): number {
  const text = textOf(row, column)
  const value = Number(text)
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new Misshapen(`The database gave no integer as ${column}.`)
  return value
}

/** The same, or `undefined` for NULL. */
export function optionalNumberOf(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : numberOf(row, column)
}

/** A condition, in the words of the dialects. @throws Misshapen for any other word: `'0'` is no more true than it is false to JavaScript */
export function flagOf(row: Row, column: string): boolean {
  const text = textOf(row, column)
  if (text === '1' || text === 'true') return true
  if (text === '0' || text === 'false') return false
  throw new Misshapen(`The database gave no truth value as ${column}.`)
}
