import type { LeaseResult, LeaseState, LeaseSwap, LongCall } from '@sessions/core'
import type { Row } from './connection.ts'
import type { Database } from './database.ts'
import { isUniqueViolation } from './errors.ts'
import { someLeases } from './lease-statements.ts'
import { type Limits, lockTimeoutMs } from './limits.ts'
import { bind, type Statement, type Value } from './statement.ts'
import type { Statements } from './statements.ts'
import { numberOf, textOf } from './values.ts'

type Values = Readonly<Record<string, Value>>

/** The leases of sessions, one row each. By the server's clock alone, and on the primary. */
export class Leases {
  readonly #database: Database
  readonly #statements: Statements

  constructor(database: Database, statements: Statements) {
    this.#database = database
    this.#statements = statements
  }

  /**
   * One step by version. Versions are never given twice, so that a step whose answer was lost knows itself when it is done again.
   */
  async step(limits: Limits, sessionId: string, swap: LeaseSwap | undefined): Promise<LeaseResult> {
    if (swap === undefined) return { swapped: false, ...(await this.#look(limits, sessionId)) }
    const done = this.#statements.leaseAtOnce
      ? await this.#swapAtOnce(limits, sessionId, swap)
      : await this.#lookAndSwap(limits, sessionId, swap)
    if (done !== undefined) return { swapped: true, ...done }
    const state = await this.#look(limits, sessionId)
    return { swapped: swap.row !== null && state.version === swap.row.version, ...state }
  }

  /** Removes leases that ended long ago: those whose holders were killed. */
  async purge(limits: Limits, call: LongCall, done: number): Promise<void> {
    for (let after = ''; ; await call.step({ done })) {
      const rows = await this.#run(limits, this.#statements.endedLeases, { after, limit: someLeases })
      for (const row of rows) {
        const values = { id: textOf(row, 'session_id'), expect: textOf(row, 'version') }
        await this.#write(limits, this.#statements.removeLease, values)
      }
      const last = rows.at(-1)
      if (last === undefined) return
      after = textOf(last, 'session_id')
    }
  }

  async #swapAtOnce(limits: Limits, sessionId: string, { expect, row }: LeaseSwap): Promise<LeaseState | undefined> {
    const values = { id: sessionId, expect, ...row }
    const { rows } = await this.#write(limits, this.#statementOf({ expect, row }), values)
    return rows[0] && toState(rows[0])
  }

  /**
   * The clock is read before: the lease ends no later than its holder believes. Where nobody holds, the row says when it was written, so
   * that it is not purged while others wait.
   */
  async #lookAndSwap(limits: Limits, sessionId: string, { expect, row }: LeaseSwap): Promise<LeaseState | undefined> {
    const { now, ...found } = await this.#look(limits, sessionId)
    if (found.version !== expect) return undefined
    const { version = null, token = null, leaseMs = 0, waiting = '' } = row ?? {}
    const until = row === null ? 0 : token === null ? now : (row.until ?? now + leaseMs)
    const values = { id: sessionId, expect, version, token, until, waiting }
    try {
      const { affected } = await this.#write(limits, this.#statementOf({ expect, row }), values)
      return affected > 0 ? { version, token, until, waiting, now } : undefined
    } catch (error) {
      if (isUniqueViolation(error)) return undefined
      throw error
    }
  }

  /** A row that is not there cannot be removed: that finds nothing. */
  #statementOf({ expect, row }: LeaseSwap): Statement {
    const { makeLease, changeLease, removeLease } = this.#statements
    if (row === null) return removeLease
    return expect === null ? makeLease : changeLease
  }

  async #look(limits: Limits, sessionId: string): Promise<LeaseState> {
    const [row] = await this.#run(limits, this.#statements.lease, { id: sessionId })
    return row === undefined ? { version: null, token: null, until: 0, waiting: '', now: 0 } : toState(row)
  }

  async #run(limits: Limits, statement: Statement, values: Values): Promise<readonly Row[]> {
    const { rows } = await this.#database.read(limits, 'primary', (connection) =>
      connection.run(statement, bind(statement, values)),
    )
    return rows
  }

  #write(limits: Limits, statement: Statement, values: Values): Promise<{ rows: readonly Row[]; affected: number }> {
    const bound = bind(statement, { lockTimeout: String(lockTimeoutMs(limits)), ...values })
    return this.#database.write(limits, (connection) => connection.run(statement, bound))
  }
}

function toState(row: Row): LeaseState {
  return {
    version: row.version ?? null,
    token: row.token ?? null,
    until: row.until_ms === null ? 0 : numberOf(row, 'until_ms'),
    waiting: row.waiting ?? '',
    now: numberOf(row, 'now_ms'),
  }
}
