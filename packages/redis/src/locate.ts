import type { Connection } from './connection.ts'
import type { Keys, SessionKeys } from './keys.ts'
import { toNumber, toText } from './replies.ts'
import { scripts } from './scripts/script.ts'

/**
 * Where a session is whose id is ambiguous: under its keys, or where Python has it. What an earlier version put elsewhere is given
 * its keys of today first, and so is another session that has them.
 */
export async function locate(connection: Connection, keys: Keys, sessionId: string): Promise<SessionKeys> {
  for (const { sessionId: id, keys: before } of keys.ofEarlierVersions(sessionId)) {
    const now = keys.of(id)
    const call = { script: scripts.adopt, keys: [now.hash, now.list, before.hash, before.list], args: [id] }
    await connection.readByScript(call, toNumber)
  }
  const own = keys.of(sessionId)
  const python = keys.ofPython(sessionId)
  if (python === undefined || (await ownerOf(connection, own.hash)) === sessionId) return own
  return (await ownerOf(connection, python.hash)) === sessionId ? python : own
}

/** The id in a hash; `undefined` where there is none, as where the key is the list of another session. */
function ownerOf(connection: Connection, hash: string): Promise<string | undefined> {
  const call = { script: scripts.owner, keys: [hash], args: [] }
  return connection.readByScript(call, (reply) => (reply === null ? undefined : toText(reply)))
}
