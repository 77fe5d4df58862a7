import { yieldIfLong } from '../call/event-loop.ts'
import type { CodecContext, ItemCodec } from '../codec/item-codec.ts'
import { canonicalJSON } from '../codec/json.ts'
import { parsePython } from '../codec/python/python-json.ts'
import { SessionError } from '../errors/session-error.ts'
import type { WholeSession } from '../store/restored-session.ts'

/** The session with its records in another form; `undefined` where they are in that form. @throws SESSION_RECORD_CORRUPT, and what the codecs throw */
export async function converted(
  session: WholeSession,
  from: ItemCodec<object>,
  to: ItemCodec<object>,
): Promise<WholeSession | undefined> {
  const { sessionId, records } = session
  const context: CodecContext = { sessionId }
  const decoded = await eachOf(records, session, (record) => from.decode(record, context))
  from.complete?.(decoded)
  const encoded = await eachOf(decoded, session, (item) => to.encode(item, context))
  const pairs = encoded.map((record, index) => [records[index] as string, record] as const)
  const turned = await eachOf(pairs, session, ([before, after]) => (isSameRecord(before, after) ? before : after))
  return turned.every((record, index) => record === records[index]) ? undefined : { ...session, records: turned }
}

/** One after the other, with pauses for others, and errors that say which record it was. */
async function eachOf<A, B>(
  all: readonly A[],
  { sessionId }: WholeSession,
  turn: (one: A) => B | Promise<B>,
): Promise<B[]> {
  const turned: B[] = []
  for (const one of all) {
    const pause = yieldIfLong()
    if (pause !== undefined) await pause
    try {
      turned.push(await turn(one))
    } catch (error) {
      const where = `Record ${turned.length + 1} of the ${all.length} of the session cannot be converted`
      const rest = 'Nothing of this session was changed.'
      if (error instanceof SessionError) {
        const { code, message, retryable, cause } = error
        throw new SessionError(code, `${where}: ${message}. ${rest}`, { retryable, cause, sessionId })
      }
      // What a codec of somebody else's throws may quote the record.
      const name = error instanceof Error ? error.name : 'an error'
      throw new SessionError('SESSION_RECORD_CORRUPT', `${where} (${name}). ${rest}`, { sessionId })
    }
  }
  return turned
}

/** Whether both are JSON of one value, whoever wrote it. */
function isSameRecord(before: string, after: string): boolean {
  if (before === after) return true
  try {
    return canonicalJSON(parsePython(before)) === canonicalJSON(parsePython(after))
  } catch (error) {
    if (error instanceof SessionError && error.code === 'SESSION_RECORD_CORRUPT') return false
    throw error
  }
}
