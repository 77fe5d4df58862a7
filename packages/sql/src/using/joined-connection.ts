import type { Connection, Result } from '../connection.ts'
import type { Statement } from '../statement.ts'

const nothing: Result = { rows: [], affected: 0 }

/** A connection on which our transactions are parts of one that the caller has begun, between a savepoint and its release. */
export function within(connection: Connection, undo: string, lockingReads: boolean): Connection {
  let isWriting = false
  /** What the edges of a transaction come to. */
  const edges: Readonly<Record<string, () => Promise<Result>>> = {
    BEGIN: async () => {
      isWriting = true
      return nothing
    },
    COMMIT: async () => {
      isWriting = false
      return nothing
    },
    ROLLBACK: () => {
      isWriting = false
      return connection.execute(undo)
    },
  }
  return {
    ...connection,
    run: (statement, values) => connection.run(isWriting && lockingReads ? locking(statement) : statement, values),
    execute: (text) => edges[text]?.() ?? connection.execute(text),
  }
}

/** The same, which shows what others have committed since the transaction began. */
function locking(statement: Statement): Statement {
  const { text } = statement
  const isPlain = text.startsWith('SELECT') && !text.endsWith('FOR UPDATE')
  return isPlain ? { ...statement, text: `${text} LOCK IN SHARE MODE` } : statement
}
