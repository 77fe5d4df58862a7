import { builtin } from './platform.ts'

/** Where the choice is kept: one for all copies of this package in the process. */
const place: unique symbol = Symbol.for('@sessions/core.tracedIds')

interface Choice {
  /** Absent for plain ids. */
  key?: string
}

const choices = globalThis as { [place]?: Choice }

/**
 * How diagnostics show session ids, in the whole process: `plain`, as they do unless told otherwise, or `hashed`, where ids are names or
 * addresses of people: the first 16 hexadecimal digits of HMAC-SHA-256. The same id has the same hash as long as the key is the same;
 * without one, each process has its own.
 * @throws TypeError for any other word, or a key that is no string or empty
 */
export function traceSessionIds(as: 'plain' | 'hashed', key?: string): void {
  if (as !== 'plain' && as !== 'hashed') throw new TypeError("traceSessionIds takes 'plain' or 'hashed'.")
  if (key !== undefined && (typeof key !== 'string' || key === '')) {
    throw new TypeError('key must be a string that is not empty.')
  }
  if (as === 'plain' && key !== undefined) throw new TypeError("key goes with 'hashed'; plain ids need none.")
  choices[place] = as === 'plain' ? {} : { key: key ?? crypto.randomUUID() }
}

/** A session id as it is shown. */
export function tracedId(sessionId: string): string {
  const { key } = choices[place] ?? {}
  if (key === undefined) return sessionId
  const hmac = builtin('node:crypto')?.createHmac('sha256', key)
  return hmac?.update(sessionId).digest('hex').slice(0, 16) ?? '-'
}
