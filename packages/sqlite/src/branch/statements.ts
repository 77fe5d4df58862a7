import type { SQLiteDatabase, SQLiteStatement } from '../database.ts'
import { type Names, quoteNames } from '../tables.ts'
import { literal } from './view.ts'

type Runnable = Pick<SQLiteStatement, 'run'>

/** Those of the statements that are otherwise where messages have branches. Changes of a view are not counted by SQLite. */
export interface BranchStatements {
  readonly drop: Runnable
  readonly deleteMessages: Runnable
  readonly deleteSession: Runnable
  readonly turnUsage: SQLiteStatement
  /** Sets the usage of turns aside while the messages are written anew. */
  readonly keepUsage: Runnable
  readonly giveUsageBack: Runnable
}

export function prepareBranchStatements(
  database: SQLiteDatabase,
  names: Names,
  branch: string,
  drop: string,
): BranchStatements {
  const { sessions, messages } = quoteNames(names).tables
  const inOrder = (...texts: string[]): Runnable => together(texts.map((text) => database.prepare(text)))
  /** No branch that can be named. */
  const [mine, aside] = [literal(branch), `${literal(branch)} || char(0)`]
  return {
    drop: counting(database.prepare(`${drop} RETURNING 1`)),
    keepUsage: database.prepare(
      `UPDATE turn_usage SET branch_id = ${aside} WHERE session_id = ? AND branch_id = ${mine}`,
    ),
    giveUsageBack: database.prepare(
      `UPDATE turn_usage SET branch_id = ${mine} WHERE session_id = ? AND branch_id = ${aside}`,
    ),
    deleteMessages: inOrder(
      `DELETE FROM ${messages} WHERE session_id = ?`,
      'DELETE FROM message_structure WHERE session_id = ?',
      'DELETE FROM turn_usage WHERE session_id = ?',
      'DELETE FROM branch_reservations WHERE session_id = ?',
    ),
    // A Python process that works in a branch which is gone with its session finds out by this number.
    deleteSession: inOrder(
      `INSERT INTO session_clear_generations (session_id, generation) SELECT session_id, 1 FROM ${sessions} WHERE session_id = ?
        ON CONFLICT (session_id) DO UPDATE SET generation = generation + 1`,
      `DELETE FROM ${sessions} WHERE session_id = ?`,
    ),
    turnUsage: database
      .prepare(
        `SELECT user_turn_number AS turn, requests, input_tokens AS inputTokens, output_tokens AS outputTokens,
          input_tokens_details AS inputDetails, output_tokens_details AS outputDetails, created_at AS at
        FROM turn_usage WHERE session_id = ? AND branch_id = ${mine} ORDER BY user_turn_number`,
      )
      .safeIntegers(false),
  }
}

function counting(statement: SQLiteStatement): Runnable {
  return { run: (...parameters) => ({ changes: statement.all(...parameters).length }) }
}

function together(statements: readonly SQLiteStatement[]): Runnable {
  return { run: (...parameters) => statements.map((each) => each.run(...parameters)).at(-1) ?? { changes: 0 } }
}
