import { firstFailure, type KeptOperation, type RestoredSession, type RestoreResult, restoredTTL } from '@sessions/core'
import type { Connection, ScriptCall } from './connection.ts'
import type { SessionKeys } from './keys.ts'
import { toNumber, toOneOf, toText, toTexts } from './replies.ts'
import { scripts } from './scripts/script.ts'
import type { Writer } from './session-index.ts'

/** Where a session is restored, and how. */
export interface RestorePlace {
  keys: SessionKeys
  /** Whether Python may have left its counter beside the session: it cannot use a cluster. */
  hasCounter: boolean
  /** Whether entries keep their times. */
  times: boolean
  /** The channel to tell. */
  channel: string | undefined
}

/** Makes sessions as they are given, each in its place. */
export function restoreAll(
  writer: Writer,
  sessions: readonly RestoredSession[],
  placeOf: (session: RestoredSession) => Promise<RestorePlace>,
): Promise<RestoreResult[]> {
  const restore = async (session: RestoredSession): Promise<RestoreResult> => {
    const call = restoreCall(session, await placeOf(session))
    return writer.write(call, false, (reply) => toOneOf(reply, ['restored', 'conflict']))
  }
  return firstFailure(sessions.map(restore))
}

/** The operations that are remembered of a session. */
export function keptOperations(
  connection: Connection,
  { hash }: SessionKeys,
  sessionId: string,
): Promise<KeptOperation[]> {
  const call = { script: scripts.operations, keys: [hash], args: [sessionId] }
  return connection.readByScript(call, (reply) => {
    const texts = toTexts(reply)
    return Array.from({ length: texts.length / 3 }, (_, index) => ({
      id: toText(texts[3 * index]),
      fingerprint: toText(texts[3 * index + 1]),
      forgetAt: new Date(toNumber(texts[3 * index + 2])),
    }))
  })
}

function restoreCall(session: RestoredSession, { keys, hasCounter, times, channel }: RestorePlace): ScriptCall {
  const { sessionId, createdAt, updatedAt, records, operations, metadata = {}, over } = session
  const patch = Object.entries(metadata)
  const numbers = [
    msOf(createdAt),
    msOf(updatedAt),
    restoredTTL(session) ?? 0,
    over === undefined ? 0 : over.keeps ? 1 : 2,
    over === undefined ? 0 : msOf(over.updatedAt),
    records.length,
    operations.length,
    patch.length,
  ]
  const newest = over?.newest === undefined ? '*' : (over.newest ?? '')
  const args = [sessionId, numbers.join(' '), newest, times ? 'times' : '', channel ?? '']
  for (const record of records) args.push(record)
  if (times) for (const time of session.times) args.push(time === undefined ? '' : `${msOf(time)}`)
  for (const { id, fingerprint, forgetAt } of operations) args.push(id, fingerprint, `${msOf(forgetAt)}`)
  for (const [key, value] of patch) args.push(JSON.stringify(key), JSON.stringify(value))
  const named = hasCounter ? [keys.hash, keys.list, keys.counter] : [keys.hash, keys.list]
  return { script: scripts.restore, keys: named, args }
}

/** What a script reads: there is no time before the epoch. */
function msOf(time: Date): number {
  return Math.max(0, time.getTime())
}
