import { firstFailure } from '../call/first-failure.ts'
import { LongCall, type LongCallOptions } from '../call/long-call.ts'
import { assertOptions, type OptionTypes } from '../call/validate.ts'
import type { ItemCodec } from '../codec/item-codec.ts'
import { SessionError } from '../errors/session-error.ts'
import type { RecordStore } from '../store/record-store.ts'
import { checkFilter } from '../store/session-filter.ts'
import { asCallers, assertCodec, assertStore, checkConcurrency, checkOnConflict } from './arguments.ts'
import { converted } from './converted.ts'
import { type CopyOptions, copyTypes } from './copy-sessions.ts'
import { Transfer } from './transfer.ts'
import type { TransferResult } from './transfer-result.ts'
import { grouped, readWhole } from './whole-session.ts'

/** Which sessions, into which form, and as those of `copySessions`. */
export interface ConvertOptions extends CopyOptions {
  /** How items are stored from now on. */
  codec: ItemCodec<object>
  /** How they are stored now. Default: `codec`, as for one that reads both forms. */
  fromCodec?: ItemCodec<object>
}

const convertTypes: OptionTypes = { ...copyTypes, codec: 'object', fromCodec: 'object' }

/** How often a session is converted again while others write it. */
const maxAttempts = 100

/**
 * Stores the items of sessions in another form: each is decoded and encoded anew. To the form of Python: `{ codec: pythonCodec }`, which reads
 * both; back: `{ codec: jsonCodec, fromCodec: pythonCodec }`. Records that say the same in both forms keep their text.
 *
 * `from` and `to` may be one store: then each session is converted where it stands, in one step for every session, while it is in use, and
 * keeps its times, expiry, metadata and operation ids; its entries get new ids. What others append meanwhile in the old form needs another
 * run, which passes over what is done. Else sessions are copied as `copySessions` does it, converted on their way.
 *
 * A session is held in memory whole, `concurrency` of them.
 *
 * @throws SESSION_RECORD_CORRUPT where an item cannot be read, with its place: of that session nothing is changed, what was converted before
 * stays; TypeError where `from` and `to` are two stores that end in one; and as `copySessions`
 */
export async function convertSessions(
  from: RecordStore,
  to: RecordStore,
  options: ConvertOptions,
): Promise<TransferResult> {
  assertStore(from, 'from')
  assertStore(to, 'to')
  const isHere = from === to
  if (!isHere && from.records.store === to.records.store) {
    throw new TypeError('from and to must be the same store, or must not end in one.')
  }
  assertOptions('convertSessions', options, convertTypes)
  const { codec, fromCodec = codec } = options
  assertCodec(codec, 'codec')
  assertCodec(fromCodec, 'fromCodec')
  const filter = checkFilter(options.filter ?? {})
  const concurrency = checkConcurrency(options.concurrency)
  const call = new LongCall(options as CopyOptions as LongCallOptions)
  const transfer = new Transfer(to, checkOnConflict(options.onConflict), call)
  return await asCallers(
    call.run(async () => {
      for await (const infos of grouped(call.through(from.listSessions(filter, { latest: true })), concurrency)) {
        if (isHere) {
          await firstFailure(infos.map(({ sessionId }) => convertHere(from, sessionId, transfer, fromCodec, codec)))
          continue
        }
        const read = infos.map((info) => readWhole(from, info.sessionId, info))
        for (const session of await firstFailure(read)) {
          if (session === undefined) continue
          await transfer.add((await converted(session, fromCodec, codec)) ?? session)
        }
      }
      return await transfer.finish()
    }),
  )
}

async function convertHere(
  store: RecordStore,
  sessionId: string,
  transfer: Transfer,
  from: ItemCodec<object>,
  to: ItemCodec<object>,
): Promise<void> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const session = await readWhole(store, sessionId)
    if (session === undefined) return
    if (await transfer.rewrite(session, await converted(session, from, to))) return
  }
  throw new SessionError('SESSION_BUSY', 'Others kept changing the session that is to be converted.', { sessionId })
}
