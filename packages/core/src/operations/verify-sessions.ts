import { LongCall, type LongCallOptions, longCallTypes } from '../call/long-call.ts'
import { assertOptions } from '../call/validate.ts'
import type { ItemCodec } from '../codec/item-codec.ts'
import { jsonCodec } from '../codec/json-codec.ts'
import type { SessionErrorCode } from '../errors/codes.ts'
import { SessionError } from '../errors/session-error.ts'
import type { RecordEntry } from '../store/record-entry.ts'
import type { RecordStore } from '../store/record-store.ts'
import { checkFilter, type SessionFilter } from '../store/session-filter.ts'
import { assertStore, eachAsCallers } from './arguments.ts'
import type { Finding } from './finding.ts'
import { Review } from './review.ts'
import { entryPages, pageSize } from './whole-session.ts'

/** Which sessions, and what their records are. */
export interface VerifyOptions extends LongCallOptions {
  /** Default: all. */
  filter?: SessionFilter
  /** What the sessions are read with. Default: `jsonCodec`. */
  codec?: ItemCodec<object>
}

/**
 * Reads and decodes every item of a store, and tells what is wrong; nothing, where all is well. Changes nothing. Of a session that cannot be
 * decrypted, the first record that does not open is told; `removeUnreadable({ dryRun: true })` of an `EncryptedStore` tells all of them.
 * @throws TypeError or RangeError that names the option, at once; where the backend fails, as any read
 */
export function verifySessions(store: RecordStore, options: VerifyOptions = {}): AsyncIterable<Finding> {
  assertStore(store, 'store')
  assertOptions('verifySessions', options, { ...longCallTypes, filter: 'object', codec: 'object' })
  const { codec = jsonCodec, filter = {} } = options
  return eachAsCallers(findings(store, checkFilter(filter), codec as ItemCodec<object>, new LongCall(options)))
}

async function* findings(
  store: RecordStore,
  filter: SessionFilter,
  codec: ItemCodec<object>,
  call: LongCall,
): AsyncIterable<Finding> {
  let done = 0
  for await (const info of call.through(store.listSessions(filter, { latest: true }))) {
    const { sessionId } = info
    for (const finding of await call.run(() => findingsOf(store, sessionId, codec))) yield { sessionId, ...finding }
    await call.step({ done: ++done })
  }
}

/** How often a session is begun anew while others rewrite it. */
const maxAttempts = 100

async function findingsOf(
  store: RecordStore,
  sessionId: string,
  codec: ItemCodec<object>,
): Promise<Omit<Finding, 'sessionId'>[]> {
  for (let attempt = 1; ; attempt++) {
    const review = new Review(sessionId, codec)
    try {
      for await (const entries of pagesOf(store, sessionId)) await review.look(entries)
      return review.end()
    } catch (error) {
      // A backend that is not there is no finding.
      if (!(error instanceof SessionError)) throw error
      if (error.code === 'SESSION_CONFLICT' && attempt < maxAttempts) continue
      if (!unreadable.has(error.code)) throw error
      return [...review.end(), { problem: 'undecryptable', code: error.code, message: error.message }]
    }
  }
}

async function* pagesOf(
  store: RecordStore,
  sessionId: string,
): AsyncIterable<readonly Pick<RecordEntry, 'record' | 'createdAt'>[]> {
  if (store.records.keepsPlaces) return yield* entryPages(store, sessionId)
  for await (const records of store.records.pages(sessionId, pageSize)) yield records.map((record) => ({ record }))
}

const unreadable = new Set<SessionErrorCode>([
  'SESSION_RECORD_CORRUPT',
  'SESSION_DECRYPT_FAILED',
  'SESSION_KEY_UNKNOWN',
  'SESSION_PLAINTEXT_REFUSED',
  'SESSION_REPLAYED',
])
