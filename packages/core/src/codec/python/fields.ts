import { isBytes } from '../../call/describe.ts'
import { SessionError } from '../../errors/session-error.ts'

/** An object of either SDK, whose fields may be anything. */
export type Fields = { readonly [key: string]: unknown }

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isBytes(value)
}

/** What is no item of its SDK. The message names the place and a kind, never a value. */
export function malformed(at: string, what: string): SessionError {
  return new SessionError('SESSION_RECORD_CORRUPT', `its ${at} is not ${what}`)
}

/** @throws SESSION_RECORD_CORRUPT */
export function asText(value: unknown, at: string): string {
  if (typeof value === 'string') return value
  throw malformed(at, 'a string')
}

/** @throws SESSION_RECORD_CORRUPT */
export function asFields(value: unknown, at: string): Fields {
  if (isFields(value)) return value
  throw malformed(at, 'an object')
}

/** @throws SESSION_RECORD_CORRUPT */
export function asList(value: unknown, at: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw malformed(at, 'a list')
}

/** Each element of a list turned over. */
export function each<T>(value: unknown, at: string, turn: (fields: Fields, at: string) => T): T[] {
  return asList(value, at).map((part, index) => turn(asFields(part, `${at}[${index}]`), `${at}[${index}]`))
}

/** Without the fields of these names, and without those that are `undefined`. */
export function without(fields: Fields, names: Iterable<string>): Fields {
  const left = new Set(names)
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== undefined && !left.has(name)))
}

/** A field of what the SDK keeps beside an item; none where there is nothing to keep. */
export function providerData(kept: Fields): { providerData?: Fields } {
  return Object.keys(kept).length === 0 ? {} : { providerData: kept }
}

/** What the JavaScript SDK sends of `providerData`: snake_case, as deep as there are objects, and without what it says itself. */
export function sentOf(kept: unknown, own: Iterable<string>): Fields {
  return isFields(kept) ? without(snakeCased(kept) as Fields, own) : {}
}

/**
 * As `camelOrSnakeToSnakeCase` of `@openai/agents-openai` 0.20.0: lists stay as they are. Where two names become one, that which is so
 * already wins, in whatever order they are.
 */
export function snakeCased(value: unknown): unknown {
  if (!isFields(value)) return value
  const entries = Object.entries(value).map(([name, inner]) => [name, snakeCase(name), snakeCased(inner)] as const)
  const isTurned = entries.some(([name, turned]) => name !== turned)
  const ordered = isTurned
    ? entries.toSorted(([a, x], [b, y]) => Number(a === x) - Number(b === y) || (a < b ? -1 : 1))
    : entries
  return Object.fromEntries(ordered.map(([, turned, inner]) => [turned, inner]))
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
}
