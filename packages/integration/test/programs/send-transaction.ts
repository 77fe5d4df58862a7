import type { HistoryTransactionArgs } from '@sessions/core'
import { FaultyStore } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'

export interface SendTransactionInput {
  path: string
  sessionId: string
  args: HistoryTransactionArgs
  /** Whether the answer gets lost, on which the process dies with everything open. */
  loseAcknowledgement: boolean
}

/** A process that sends one history transaction to a file. */
const { path, sessionId, args, loseAcknowledgement }: SendTransactionInput = JSON.parse(process.argv[2] ?? '')
const store = new FaultyStore(new SQLiteStore({ path }))
if (loseAcknowledgement) store.failAfter('commit', new Error('connection reset'))
await store.session(sessionId).applyHistoryTransaction(args)
