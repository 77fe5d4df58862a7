import type { JSONValue } from '@sessions/core'
import { batches } from './batches.ts'
import type { Connection, Result, Row } from './connection.ts'
import { keepsRows, SettingsChanged } from './failures.ts'
import { metadataValues, portions, textOrNull, timesFrom } from './row-values.ts'
import { run, write } from './run.ts'
import type { Statement, Value } from './statement.ts'
import type { Statements } from './statements.ts'
import { toTimestamp } from './timestamps.ts'
import { flagOf, numberOf, optionalNumberOf, textOf } from './values.ts'

/** A session as a change finds it. Times are the server's, in milliseconds since the epoch. */
export interface SessionState {
  /** 0 for one that this transaction has just created. */
  updatedMs: number
  nowMs: number
  expired: boolean
  ttlMs: number | null
  metadata: Record<string, JSONValue>
}

/** What a change leaves. */
export interface SessionUpdate {
  updatedMs: number
  ttlMs: number | null
  metadata: Record<string, JSONValue>
}

export interface MessageRow {
  id: string
  record: string
}

/** All that a session is, whatever it was. */
export interface RestoredRow extends SessionUpdate {
  createdMs: number
}

/** The rows of one session, inside a transaction. */
export class SessionRows {
  readonly #connection: Connection
  readonly #statements: Statements
  readonly #id: string

  constructor(connection: Connection, statements: Statements, sessionId: string) {
    this.#connection = connection
    this.#statements = statements
    this.#id = sessionId
  }

  /** Makes the session where there is none; either way it is kept to this transaction. */
  async create(): Promise<void> {
    for (const statement of this.#statements.create) await this.#write(statement)
  }

  /** Keeps the session to this transaction; `undefined` where there is none. */
  async lock(): Promise<SessionState | undefined> {
    const { rows } = await this.#run(this.#statements.lock)
    const [row] = rows
    if (row === undefined) return undefined
    assertSettings(row)
    return {
      updatedMs: numberOf(row, 'updated_ms'),
      nowMs: numberOf(row, 'now_ms'),
      expired: flagOf(row, 'expired'),
      ttlMs: optionalNumberOf(row, 'ttl_ms') ?? null,
      metadata: row.metadata === null ? {} : JSON.parse(textOf(row, 'metadata')),
    }
  }

  /** Removes the session with all that belongs to it. Whether it is gone: a trigger may keep it. */
  async erase(): Promise<boolean> {
    let affected = 0
    for (const statement of this.#statements.erase) affected = (await this.#run(statement)).affected
    return affected > 0
  }

  /** Removes the session and makes an empty one, which is kept to this transaction. @throws SESSION_BACKEND where something keeps it */
  async makeAnew(): Promise<void> {
    if (!(await this.erase())) throw keepsRows()
    await this.create()
  }

  /** The fingerprint under which the operation was applied. */
  async operation(operation: string): Promise<string | undefined> {
    const { rows } = await this.#run(this.#statements.operation, { operation })
    return rows[0] && textOf(rows[0], 'fingerprint')
  }

  /** Keeps the operation until then, and a few others no longer. */
  async saveOperation(operation: string, fingerprint: string, forgetMs: number): Promise<void> {
    await this.#run(this.#statements.pruneOperations)
    await this.#write(this.#statements.saveOperation, { operation, fingerprint, forgetAt: toTimestamp(forgetMs) })
  }

  async forgetOperations(): Promise<void> {
    await this.#run(this.#statements.forgetOperations)
  }

  /** The newest `limit`, oldest first. */
  async newest(limit: number): Promise<MessageRow[]> {
    const { rows } = await this.#run(this.#statements.tail, { limit })
    return rows.map(toMessage).reverse()
  }

  /** The ids of the newest `limit`. */
  async newestIds(limit: number): Promise<string[]> {
    const { rows } = await this.#run(this.#statements.tailIds, { limit })
    return rows.map((row) => textOf(row, 'message_id'))
  }

  /** Removes the newest messages, which are these. How many were there to remove. */
  async drop(ids: readonly string[]): Promise<number> {
    const { affected } = await this.#run(this.#statements.drop, { ids, limit: ids.length })
    return affected
  }

  /** Removes every message. How many there were. */
  async dropAll(): Promise<number> {
    return (await this.#run(this.#statements.dropAll)).affected
  }

  /** Whether there is no message now, whatever this transaction has seen before. */
  async isEmpty(): Promise<boolean> {
    return (await this.#run(this.#statements.tailNow, { limit: 1 })).rows.length === 0
  }

  /** Whether one of the messages is there now, likewise. */
  async areLeft(ids: readonly string[]): Promise<boolean> {
    const { rows } = await this.#run(this.#statements.tailNow, { limit: ids.length })
    const left = new Set(ids)
    return rows.some((row) => left.has(textOf(row, 'message_id')))
  }

  /** @param atMs - one time for all, or one for each */
  async append(records: readonly string[], atMs: number | readonly number[]): Promise<void> {
    let start = 0
    for (const batch of batches(records, this.#packetBytes)) {
      const values = Object.fromEntries(batch.map((record, index) => [`record${index}`, record]))
      const times = typeof atMs === 'number' ? { at: toTimestamp(atMs) } : timesFrom(atMs, start, batch.length)
      await this.#write(this.#statements.append(batch.length, typeof atMs !== 'number'), { ...times, ...values })
      start += batch.length
    }
  }

  /** When the newest message was written, in milliseconds, never before that. */
  async newestTime(): Promise<number | undefined> {
    const { rows } = await this.#run(this.#statements.newestTime)
    return rows[0] && numberOf(rows[0], 'created_ms')
  }

  async oldestId(): Promise<string | undefined> {
    const { rows } = await this.#run(this.#statements.oldestId)
    return rows[0] && textOf(rows[0], 'message_id')
  }

  /** The id of the message that is so many after that one. */
  async idAfter(start: string, count: number): Promise<string | undefined> {
    const { rows } = await this.#run(this.#statements.idAfter, { start, count })
    return rows[0] && textOf(rows[0], 'message_id')
  }

  /** Appends what another session holds, with its times: the message `start` and what follows it, up to `last`. How many they were. */
  async copy(source: string, range: { start: string; last: string | undefined; count: number }): Promise<number> {
    const { start, last = null, count } = range
    const statement = last === null ? this.#statements.copy : this.#statements.copyUpTo
    return (await this.#run(statement, { source, start, last, count })).affected
  }

  /** Whether that holds the session's lease; nobody takes it over then before this transaction ends. */
  async fence(lease: string): Promise<boolean> {
    const { rows, affected } = await this.#run(this.#statements.fence, { lease })
    return rows.length > 0 || affected > 0
  }

  /** Keeps those of these messages that are there to this transaction. */
  async hold(ids: readonly string[]): Promise<MessageRow[]> {
    const found: MessageRow[] = []
    for (const some of portions(ids)) {
      const { rows } = await this.#run(this.#statements.hold, some)
      for (const row of rows) found.push(toMessage(row))
    }
    return found
  }

  async replace(id: string, record: string): Promise<void> {
    await this.#write(this.#statements.replace, { message: id, record })
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const some of portions(ids)) await this.#run(this.#statements.remove, some)
  }

  /** Leaves the session as it says. */
  async update({ updatedMs, ttlMs, metadata }: SessionUpdate): Promise<void> {
    await this.#write(this.#statements.touch, {
      at: toTimestamp(updatedMs),
      ttl: ttlMs,
      metadata: textOrNull(metadata),
    })
    await this.#saveTTL(updatedMs, ttlMs)
  }

  /** The same, and with another beginning. */
  async restore({ createdMs, updatedMs, ttlMs, metadata }: RestoredRow): Promise<void> {
    const { restoreSession, forgetTTL } = this.#statements
    const [createdAt, at] = [toTimestamp(createdMs), toTimestamp(updatedMs)]
    await this.#write(restoreSession, { createdAt, at, ttl: ttlMs, metadata: textOrNull(metadata) })
    if (forgetTTL !== undefined) await this.#run(forgetTTL)
    await this.#saveTTL(updatedMs, ttlMs)
  }

  async #saveTTL(updatedMs: number, ttlMs: number | null): Promise<void> {
    const { saveTTL } = this.#statements
    if (saveTTL !== undefined && ttlMs !== null) await this.#run(saveTTL, { ttl: ttlMs, endsMs: updatedMs + ttlMs })
  }

  /** Makes the session findable by its metadata. */
  async indexMetadata(metadata: Record<string, JSONValue>): Promise<void> {
    await this.#run(this.#statements.forgetMetadata)
    for (const [key, value] of Object.entries(metadata)) {
      await this.#write(this.#statements.saveMetadata, metadataValues(key, value))
    }
  }

  async #write(statement: Statement, values: Readonly<Record<string, Value>> = {}): Promise<void> {
    await write(this.#connection, statement, { id: this.#id, ...values })
  }

  get #packetBytes(): number {
    return this.#connection.packetBytes ?? Number.POSITIVE_INFINITY
  }

  #run(statement: Statement, values: Readonly<Record<string, Value>> = {}): Promise<Result> {
    return run(this.#connection, statement, { id: this.#id, ...values })
  }
}

function toMessage(row: Row): MessageRow {
  return { id: textOf(row, 'message_id'), record: textOf(row, 'message_data') }
}

/** @throws SettingsChanged where a locked row tells that the connection is not what it was */
export function assertSettings({ wrong_settings: wrong = '' }: Row): void {
  if (wrong !== '') throw new SettingsChanged()
}
