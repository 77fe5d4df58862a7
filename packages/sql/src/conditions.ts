import { type CommitResult, canonicalJSON, type HistoryChange } from '@sessions/core'
import type { MessageRow, SessionRows, SessionState } from './rows.ts'

type Refusal = Exclude<CommitResult['status'], 'applied'>

/** Why a change is not done, if it is not; and the newest messages, where they had to be read for that. */
export interface Verdict {
  refusal?: Refusal
  tail: readonly MessageRow[]
}

/** Decides about a change to a session that this transaction keeps, in the order of its parts. */
export async function judge(rows: SessionRows, change: HistoryChange, session: SessionState): Promise<Verdict> {
  const { operation, lease, create, expectTail, expectNewest, expectMetadata } = change
  const isThere = session.updatedMs !== 0
  if (operation !== undefined && isThere) {
    const fingerprint = await rows.operation(operation.id)
    if (fingerprint !== undefined) return refuse(fingerprint === operation.fingerprint ? 'duplicate' : 'reused')
  }
  if (lease !== undefined && !(await rows.fence(lease))) return refuse('lost')
  if (create === true && isThere) return refuse('exists')
  const tail = isThere && expectTail !== undefined ? await rows.newest(expectTail.length) : []
  if (expectTail !== undefined && !isTail(tail, expectTail)) return refuse('conflict')
  if (expectNewest !== undefined) {
    const [newest = null] = isThere ? await rows.newestIds(1) : []
    if (newest !== expectNewest) return refuse('conflict')
  }
  const isOther = expectMetadata !== undefined && canonicalJSON(session.metadata) !== canonicalJSON(expectMetadata)
  return isOther ? refuse('conflict') : { tail }
}

function refuse(refusal: Refusal): Verdict {
  return { refusal, tail: [] }
}

function isTail(messages: readonly MessageRow[], tail: readonly string[]): boolean {
  return messages.length === tail.length && messages.every(({ record }, index) => record === tail[index])
}
