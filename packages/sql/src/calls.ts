import type { ReadOptions } from '@sessions/core'
import type { Connection, Row } from './connection.ts'
import type { Database, Outcome } from './database.ts'
import { type Limits, limitsFrom } from './limits.ts'
import { persist } from './persist.ts'
import { bind, type Statement, type Value } from './statement.ts'
import type { Joined } from './using/joined.ts'

/** How long and how often the calls of one store try. */
export interface CallOptions {
  readonly busyTimeoutMs: number
  readonly timeoutMs: number
  readonly retries: number
  /** The transaction of the caller's that they are part of. */
  readonly joined?: Joined | undefined
}

/** The queue of those who delete many sessions: no session's id is empty. */
const anySession = ''

/** What a store asks of its database: each call in its turn, in bounded time, and again where that is of use. */
export class Calls {
  readonly #database: Database
  readonly #options: CallOptions
  readonly #tables: string
  readonly #readFrom: 'primary' | 'replica'

  /** @param tables - what tells them from others in the database */
  constructor(database: Database, tables: string, readFrom: 'primary' | 'replica', options: CallOptions) {
    this.#database = database
    this.#options = options
    this.#tables = tables
    this.#readFrom = readFrom
  }

  /** Work that may be done again, and waits for nobody's turn. */
  try<T>(work: (limits: Limits) => Promise<T>): Promise<T> {
    return this.#persist(this.#limits(), true, work)
  }

  /** The rows that a statement finds. */
  async select(
    statement: Statement,
    values: Readonly<Record<string, Value>>,
    { latest = false }: ReadOptions = {},
  ): Promise<readonly Row[]> {
    const from = latest ? 'primary' : this.#readFrom
    const bound = bind(statement, values)
    const { rows } = await this.try((limits) =>
      this.#database.read(limits, from, (connection) => connection.run(statement, bound)),
    )
    return rows
  }

  /**
   * A write of one session, after those of this process that came before. `repeatable` says whether doing it twice is as good as
   * once.
   */
  async write<T>(sessionId: string, repeatable: boolean, work: (limits: Limits) => Promise<T>): Promise<T> {
    const limits = this.#limits()
    const end = await this.#database.turns.take(`${this.#tables} ${sessionId}`, limits.until)
    try {
      return await this.#persist(limits, repeatable, work)
    } finally {
      end()
    }
  }

  /** The same in one transaction. */
  change<T>(sessionId: string, work: (connection: Connection) => Promise<Outcome<T>>): Promise<T> {
    return this.write(sessionId, false, (limits) => this.#database.transaction(limits, 'change', work))
  }

  /** A transaction that writes several sessions: whatever keeps one of them keeps no more than one connection. */
  changeSome<T>(work: (connection: Connection) => Promise<Outcome<T>>): Promise<T> {
    return this.change(anySession, work)
  }

  #limits(): Limits {
    return limitsFrom(this.#options.busyTimeoutMs, this.#options.timeoutMs)
  }

  #persist<T>(limits: Limits, repeatable: boolean, work: (limits: Limits) => Promise<T>): Promise<T> {
    const { until } = limits
    const { joined } = this.#options
    if (joined !== undefined) return joined.run(() => work(limits))
    return persist(() => work(limits), { until, retries: this.#options.retries, repeatable })
  }
}
