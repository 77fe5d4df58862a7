import { LongCall, type LongCallOptions, longCallTypes } from '../call/long-call.ts'
import { assertOptions } from '../call/validate.ts'
import { SessionError } from '../errors/session-error.ts'
import type { RecordStore } from '../store/record-store.ts'
import type { WholeSession } from '../store/restored-session.ts'
import { asCallers, assertStore, checkOnConflict } from './arguments.ts'
import { sessionsIn } from './import-lines.ts'
import { type OnConflict, Transfer } from './transfer.ts'
import type { TransferProgress, TransferResult } from './transfer-result.ts'

type Lines = Iterable<string> | AsyncIterable<string>

/**
 * The lines of an export, each with its newline or without; or what opens them anew whenever it is called:
 * `() => linesOf(createReadStream('backup.jsonl'))`.
 */
export type ImportSource = Lines | (() => Lines)

/** What becomes of sessions that are there. */
export interface ImportOptions extends Omit<LongCallOptions, 'onProgress'> {
  /** As `onConflict` of `copySessions`. Default: `'fail'`. */
  onConflict?: OnConflict
  /** Called after each batch, and waited for. What it throws ends the call, and is what it rejects with. */
  onProgress?: (progress: TransferProgress) => void | Promise<void>
}

/** Of lines that can be read once only, so much is read before anything is written, in UTF-16 units of records. */
const heldSize = 16_000_000

/**
 * Writes the sessions of an export to a store, as `copySessions` does: again after a failure, it goes on with what is left.
 *
 * A file that is truncated, damaged, of another program or of a newer version imports nothing: it is read to its end, and every digest
 * checked, before anything is written. That needs lines that can be read twice, a function or an array. Of others, such as those of a pipe,
 * the first 16 MB are read before; a longer one imports the whole sessions that stand before the damage, and the error says so.
 *
 * @throws SESSION_EXPORT_DAMAGED with the number of the line; SESSION_EXISTS as `onConflict` says: what was imported before stays;
 * SESSION_UNSUPPORTED where the store cannot be given sessions with times of their own
 */
export async function importSessions(
  store: RecordStore,
  lines: ImportSource,
  options: ImportOptions = {},
): Promise<TransferResult> {
  assertStore(store, 'store')
  assertSource(lines)
  assertOptions('importSessions', options, { ...longCallTypes, onConflict: 'string' })
  const call = new LongCall(options as LongCallOptions)
  const transfer = new Transfer(store, checkOnConflict(options.onConflict), call)
  const open = reopened(lines)
  return await asCallers(
    call.run(async () => {
      if (open === undefined) return await importOnce(lines as Lines, transfer, call)
      for await (const _ of call.through(sessionsIn(open())));
      for await (const session of call.through(sessionsIn(open()))) await transfer.add(session)
      return await transfer.finish()
    }),
  )
}

/** Holds what comes first, until it is whole or too much. */
async function importOnce(lines: Lines, transfer: Transfer, call: LongCall): Promise<TransferResult> {
  let held: WholeSession[] | undefined = []
  let size = 0
  try {
    for await (const session of call.through(sessionsIn(lines))) {
      if (held === undefined) {
        await transfer.add(session)
        continue
      }
      held.push(session)
      size += session.records.reduce((sum, record) => sum + record.length, 0)
      if (size < heldSize) continue
      for (const each of held) await transfer.add(each)
      held = undefined
    }
  } catch (error) {
    if (held === undefined && isDamage(error)) throw await partly(error, transfer)
    throw error
  }
  for (const session of held ?? []) await transfer.add(session)
  return await transfer.finish()
}

async function partly(error: SessionError, transfer: Transfer): Promise<SessionError> {
  const { created, completed, replaced } = await transfer.finish()
  const count = created + completed + replaced
  return new SessionError(
    'SESSION_EXPORT_DAMAGED',
    `${error.message} The lines could be read once only, and were too many to hold: ${count} whole sessions before it were imported.`,
  )
}

function isDamage(error: unknown): error is SessionError {
  return error instanceof SessionError && error.code === 'SESSION_EXPORT_DAMAGED'
}

/** What gives the lines anew each time; `undefined` where they can be read once only. */
function reopened(lines: ImportSource): (() => Lines) | undefined {
  if (typeof lines === 'function') return lines
  if (Symbol.asyncIterator in lines) return undefined
  const isItsOwn = (lines[Symbol.iterator]() as unknown) === lines
  return isItsOwn ? undefined : () => lines
}

function assertSource(lines: unknown): void {
  if (typeof lines === 'function') return
  const isIterable =
    typeof lines === 'object' && lines !== null && (Symbol.iterator in lines || Symbol.asyncIterator in lines)
  if (!isIterable) throw new TypeError('lines must be lines of an export: an iterable, or a function that gives one.')
}
