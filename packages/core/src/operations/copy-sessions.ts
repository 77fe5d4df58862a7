import { LongCall, type LongCallOptions, longCallTypes } from '../call/long-call.ts'
import { assertOptions, type OptionTypes } from '../call/validate.ts'
import type { RecordStore } from '../store/record-store.ts'
import { checkFilter, type SessionFilter } from '../store/session-filter.ts'
import { asCallers, assertStore, checkConcurrency, checkOnConflict } from './arguments.ts'
import { type OnConflict, Transfer } from './transfer.ts'
import type { TransferProgress, TransferResult } from './transfer-result.ts'
import { enoughItems, matchingSessions } from './whole-session.ts'

/** Which sessions, and how they are copied. */
export interface CopyOptions extends Omit<LongCallOptions, 'onProgress'> {
  /** Default: all. */
  filter?: SessionFilter
  /**
   * What becomes of a session that is in the target as another one: the call rejects with SESSION_EXISTS, it is left as it is, or it is
   * replaced. One that is equal, or a beginning of the source's, is no conflict. Default: `'fail'`.
   */
  onConflict?: OnConflict
  /** Sessions of the source that are read at once, from 1 to 1,000: as many are held in memory, whole. Default: 4. */
  concurrency?: number
  /** Called after each batch, and waited for. What it throws ends the call, and is what it rejects with. */
  onProgress?: (progress: TransferProgress) => void | Promise<void>
}

export const copyTypes: OptionTypes = {
  ...longCallTypes,
  filter: 'object',
  onConflict: 'string',
  concurrency: 'number',
}

/**
 * Copies sessions from one store to another, while both are in use: each whole, as it is at one instant, or not at all. A copy keeps its
 * id, its times, ttl and expiry, its metadata, and each record byte for byte with its time where both stores keep times; between bare
 * stores also its operation ids. Into or out of an encrypted store, items are sealed anew. Leases stay behind.
 *
 * To go on after a failure, or with what was written to the source since, copy again: what is equal is passed over, and what is a
 * beginning of the source's is completed. What was deleted from the source stays in the target.
 *
 * A session is held in memory whole, so this needs about three times the largest ones, `concurrency` of them.
 *
 * @throws TypeError where both stores end in one; SESSION_EXISTS as `onConflict` says: what was copied before stays;
 * SESSION_UNSUPPORTED where the target cannot be given sessions with times of their own
 */
export async function copySessions(
  from: RecordStore,
  to: RecordStore,
  options: CopyOptions = {},
): Promise<TransferResult> {
  assertStore(from, 'from')
  assertStore(to, 'to')
  if (from.records.store === to.records.store) throw new TypeError('from and to must not be the same store.')
  assertOptions('copySessions', options, copyTypes)
  const filter = checkFilter(options.filter ?? {})
  const concurrency = checkConcurrency(options.concurrency)
  const call = new LongCall(options as LongCallOptions)
  const transfer = new Transfer(to, checkOnConflict(options.onConflict), call)
  return await asCallers(
    call.run(async () => {
      const portion = { sessions: concurrency, items: enoughItems }
      for await (const sessions of matchingSessions(from, filter, portion, call)) {
        for (const session of sessions) await transfer.add(session)
      }
      return await transfer.finish()
    }),
  )
}
