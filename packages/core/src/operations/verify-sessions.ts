import { LongCall, type LongCallOptions, longCallTypes } from '../call/long-call.ts'
import { assertOptions } from '../call/validate.ts'
import type { ItemCodec } from '../codec/item-codec.ts'
import { jsonCodec } from '../codec/json-codec.ts'
import type { SessionErrorCode } from '../errors/codes.ts'
import { SessionError } from '../errors/session-error.ts'
import type { RecordStore } from '../store/record-store.ts'
import { checkFilter, type SessionFilter, type SessionInfo } from '../store/session-filter.ts'
import { assertStore, eachAsCallers } from './arguments.ts'
import { readWhole } from './whole-session.ts'

/** Which sessions, and what their records are. */
export interface VerifyOptions extends LongCallOptions {
  /** Default: all. */
  filter?: SessionFilter
  /** What the sessions are read with. Default: `jsonCodec`. */
  codec?: ItemCodec<object>
}

/** Something that is not as it should be. It never holds what a record holds. */
export interface Finding {
  sessionId: string
  /**
   * `corrupt`: a record is no item. `undecryptable`: what is encrypted does not open, or is not encrypted. `disordered`: an item is older
   * than the one before it.
   */
  problem: 'corrupt' | 'undecryptable' | 'disordered'
  /** Which record, counted from the oldest, 1; absent where the whole session cannot be read. */
  position?: number
  /** What a session that reads it rejects with. */
  code?: SessionErrorCode
  /** The same in words. */
  message: string
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
    yield* await call.run(() => findingsOf(store, info, codec))
    await call.step({ done: ++done })
  }
}

async function findingsOf(store: RecordStore, info: SessionInfo, codec: ItemCodec<object>): Promise<Finding[]> {
  const { sessionId } = info
  const found: Finding[] = []
  try {
    const session = await readWhole(store, sessionId, info)
    let previous = 0
    for (const [index, record] of (session?.records ?? []).entries()) {
      const position = index + 1
      const time = Number(session?.times[index] ?? previous)
      if (time < previous) {
        const message = `Record ${position} is older than the one before it.`
        found.push({ sessionId, problem: 'disordered', position, message })
      }
      previous = time
      const problem = await problemOf(record, codec, sessionId)
      if (problem !== undefined) found.push({ sessionId, position, ...problem })
    }
  } catch (error) {
    // A backend that is not there is no finding.
    if (!(error instanceof SessionError) || !unreadable.has(error.code)) throw error
    found.push({ sessionId, problem: 'undecryptable', code: error.code, message: error.message })
  }
  return found
}

const unreadable = new Set<SessionErrorCode>([
  'SESSION_RECORD_CORRUPT',
  'SESSION_DECRYPT_FAILED',
  'SESSION_KEY_UNKNOWN',
  'SESSION_PLAINTEXT_REFUSED',
  'SESSION_REPLAYED',
])

/** What a foreign codec throws may quote the record. */
async function problemOf(
  record: string,
  codec: ItemCodec<object>,
  sessionId: string,
): Promise<Pick<Finding, 'problem' | 'code' | 'message'> | undefined> {
  try {
    await codec.decode(record, { sessionId })
    return undefined
  } catch (error) {
    const isOurs = error instanceof SessionError
    const code = isOurs ? error.code : 'SESSION_RECORD_CORRUPT'
    const problem = code === 'SESSION_RECORD_CORRUPT' ? 'corrupt' : 'undecryptable'
    return { problem, code, message: isOurs ? error.message : 'The record cannot be decoded.' }
  }
}
