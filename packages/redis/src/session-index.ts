import type { SessionError } from '@sessions/core'
import type { Connection, ScriptCall } from './connection.ts'
import type { IndexPart, Keys, SessionKeys } from './keys.ts'
import { LocalIndex } from './local-index.ts'
import { RemoteIndex } from './remote-index.ts'

/** Through which sessions are written: the connection, or what keeps the index beside it. */
export interface Writer {
  /** As {@link Connection.write}. */
  write<T>(call: ScriptCall, repeatable: boolean, parse: (reply: unknown) => T): Promise<T>
  refusal(text: string): SessionError
}

/** The ids and times of all sessions, so that a listing need not look for them. It may name sessions that are not there any more. */
export interface SessionIndex extends Writer {
  /** One on a single server. */
  readonly parts: readonly IndexPart[]
  /** Sees to it that nothing that was acknowledged is missing or out of its place. `false` where sessions from before it are not in it yet. */
  prepare(): Promise<boolean>
  /** From now on nothing is missing. */
  complete(): Promise<void>
  /** It says what is there now. `false` where somebody else wrote the session meanwhile, and says so himself. */
  reconcile(sessionId: string, keys: SessionKeys): Promise<boolean>
  /** What is still to be said is said. */
  settled(): Promise<void>
}

export function createIndex(connection: Connection, keys: Keys): SessionIndex {
  return keys.cluster ? new RemoteIndex(connection, keys) : new LocalIndex(connection, keys)
}
