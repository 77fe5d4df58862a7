import { isBytes } from '../call/describe.ts'
import { SessionError } from '../errors/session-error.ts'
import { type Base64, base64Of } from './base64.ts'
import type { SyncItemCodec } from './item-codec.ts'

/**
 * JSON, as the Agents SDK for Python stores it too. What JSON cannot say is bytes: a `Uint8Array` becomes
 * `{"$bytes":"<base64>"}`, and an object of the caller's that has just that key gets one `$` more, taken off again when
 * it is read.
 */
export const jsonCodec: SyncItemCodec = {
  encode: (item: object): string => JSON.stringify(needsEscape(item) ? escapeBytes(item) : item),
  decode(record: string): object {
    const item = parse(record)
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      throw new SessionError('SESSION_RECORD_CORRUPT', 'it is JSON, but not an object')
    }
    return record.includes('$bytes"') ? (unescapeBytes(item) as object) : item
  },
}

const base64: Base64 = base64Of(globalThis)
const bytesKey = /^\$+bytes$/

/** The message of a `SyntaxError` quotes the text, so it is not passed on. */
function parse(record: string): unknown {
  try {
    return JSON.parse(record)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new SessionError('SESSION_RECORD_CORRUPT', 'it is not valid JSON')
  }
}

function needsEscape(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (isBytes(value)) return true
  if (Array.isArray(value)) return value.some(needsEscape)
  return Object.keys(value).some((key) => bytesKey.test(key) || needsEscape((value as Record<string, unknown>)[key]))
}

/** With bytes as JSON can say them. */
export function escapeBytes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (isBytes(value)) return { $bytes: base64.encode(value) }
  if (Array.isArray(value)) return value.map(escapeBytes)
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([key, inner]) => [key, escapeBytes(inner)] as const)
  const [only] = entries
  if (entries.length === 1 && only !== undefined && bytesKey.test(only[0])) return { [`$${only[0]}`]: only[1] }
  return Object.fromEntries(entries)
}

/** The reverse of {@link escapeBytes}. */
export function unescapeBytes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(unescapeBytes)
  const entries = Object.entries(value)
  const [only] = entries
  if (entries.length === 1 && only !== undefined && bytesKey.test(only[0])) {
    return only[0] === '$bytes' ? fromBase64(only[1]) : { [only[0].slice(1)]: unescapeBytes(only[1]) }
  }
  return Object.fromEntries(entries.map(([key, inner]) => [key, unescapeBytes(inner)]))
}

function fromBase64(text: unknown): Uint8Array {
  const bytes = typeof text === 'string' ? base64.decode(text) : undefined
  if (bytes === undefined) throw new SessionError('SESSION_RECORD_CORRUPT', 'its `$bytes` is not base64')
  return bytes
}
