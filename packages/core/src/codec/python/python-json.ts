import { SessionError } from '../../errors/session-error.ts'
import { type Fields, isFields } from './fields.ts'
import { patched, step, valueAt } from './patch.ts'

/** The texts of numbers that JavaScript cannot hold, by their places (RFC 6901). */
export type ExactNumbers = { readonly [pointer: string]: string }

/** What Python's `json.loads` takes beyond JSON: `NaN`, `Infinity`, `-Infinity`; and its integers have any length. */
const special = /NaN|Infinity|(?<![\d.])\d{16}|[eE]\+?\d{3}/
const tokens = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/**
 * A record as Python writes it. A number that JavaScript cannot hold becomes the nearest one that it can, or `null`, and its text stands in
 * `numbers`. @throws SESSION_RECORD_CORRUPT
 */
export function parsePython(record: string): { item: Fields; numbers: ExactNumbers } {
  if (!special.test(record)) return { item: asItem(parse(record)), numbers: {} }
  const numbers: Record<string, string> = {}
  // Strings and names get an `s`, numbers that JavaScript cannot hold become strings with an `n`: no string can be taken for one.
  const marked = record.replace(tokens, (token) => {
    if (token.startsWith('"')) return `"s${token.slice(1)}`
    return isExact(token) ? token : `"n${token}"`
  })
  const unmark = (value: unknown, at: string): unknown => {
    if (typeof value === 'string') {
      if (value.startsWith('s')) return value.slice(1)
      numbers[at] = value.slice(1)
      return nearest(value.slice(1))
    }
    if (Array.isArray(value)) return value.map((element, index) => unmark(element, step(at, String(index))))
    if (!isFields(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name.slice(1), unmark(inner, step(at, name.slice(1)))]),
    )
  }
  return { item: asItem(unmark(parse(marked), '')), numbers }
}

/** JSON with those numbers in their places; `undefined` where something else stands in the place of one. */
export function stringifyPython(item: Fields, numbers: ExactNumbers): string | undefined {
  const text = JSON.stringify(item)
  const entries = Object.entries(numbers)
  if (entries.length === 0) return text
  const isThere = ([at, number]: [string, string]): boolean => valueAt(item, at) === nearest(number)
  if (!entries.every((entry) => isPythonNumber(entry[1]) && isThere(entry))) return undefined
  let mark = 'number'
  while (text.includes(mark)) mark += 'r'
  const marked = patched(item, { set: Object.fromEntries(entries.map(([at], index) => [at, `${mark}${index}`])) })
  return JSON.stringify(marked).replace(new RegExp(`"${mark}(\\d+)"`, 'g'), (_, index) => entries[index]?.[1] ?? '')
}

function isPythonNumber(text: unknown): boolean {
  return typeof text === 'string' && /^(?:-?Infinity|NaN|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.test(text)
}

/** Whether JavaScript reads the number as Python does, or is what wrote it. */
function isExact(text: string): boolean {
  const number = Number(text)
  return Number.isFinite(number) && (!/^-?\d+$/.test(text) || Number.isSafeInteger(number) || String(number) === text)
}

function nearest(text: string): number | null {
  const number = Number(text)
  return Number.isFinite(number) ? number : null
}

/** The message of a `SyntaxError` quotes the text, so it is not passed on. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new SessionError('SESSION_RECORD_CORRUPT', 'it is not valid JSON')
  }
}

function asItem(value: unknown): Fields {
  if (isFields(value)) return value
  throw new SessionError('SESSION_RECORD_CORRUPT', 'it is JSON, but not an object')
}
