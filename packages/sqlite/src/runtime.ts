import { SessionError } from '@sessions/core'

/** The first Node in which the binary of better-sqlite3 runs; in older ones it ends the process without a word. */
const oldestNode = 22

/** @throws SESSION_UNSUPPORTED */
export function assertRuntime(): void {
  const { node } = process.versions
  if (Number.parseInt(node, 10) >= oldestNode) return
  const message = `better-sqlite3 needs Node ${oldestNode} or later; this is ${node}. Nothing was opened.`
  throw new SessionError('SESSION_UNSUPPORTED', message)
}
