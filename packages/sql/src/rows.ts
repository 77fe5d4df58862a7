import { createHash } from 'node:crypto'
import type { JSONValue } from '@sessions/core'
import type { Connection, Result } from './connection.ts'
import { bind, type Statement, type Value } from './statement.ts'
import { type Statements, someMessages } from './statements.ts'
import { toTimestamp } from './timestamps.ts'

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

/** Rows of one insert, at most: few texts, so that few statements stay prepared on each connection. Each size is double the next. */
const insertSizes = [256, 128, 64, 32, 16, 8, 4, 2, 1]
/** UTF-16 units of records in one insert of several: far less than a packet of MySQL holds by default. */
const insertLength = 1_000_000

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
    for (const statement of this.#statements.create) await this.#run(statement)
  }

  /** Keeps the session to this transaction; `undefined` where there is none. */
  async lock(): Promise<SessionState | undefined> {
    const { rows } = await this.#run(this.#statements.lock)
    const [row] = rows
    if (row === undefined) return undefined
    return {
      updatedMs: Number(row.updated_ms),
      nowMs: Number(row.now_ms),
      expired: Boolean(row.expired),
      ttlMs: row.ttl_ms === null ? null : Number(row.ttl_ms),
      metadata: row.metadata === null ? {} : JSON.parse(String(row.metadata)),
    }
  }

  /** Removes the session with all that belongs to it. */
  async erase(): Promise<void> {
    for (const statement of this.#statements.erase) await this.#run(statement)
  }

  /** The fingerprint under which the operation was applied. */
  async operation(operation: string): Promise<string | undefined> {
    const { rows } = await this.#run(this.#statements.operation, { operation })
    return rows[0] && String(rows[0].fingerprint)
  }

  /** Keeps the operation until then; without a time, as long as the session. */
  async saveOperation(operation: string, fingerprint: string, forgetMs?: number): Promise<void> {
    if (forgetMs !== undefined) await this.#run(this.#statements.pruneOperations)
    const forgetAt = forgetMs === undefined ? null : toTimestamp(forgetMs)
    await this.#run(this.#statements.saveOperation, { operation, fingerprint, forgetAt })
  }

  /** The newest `limit`, oldest first. */
  async newest(limit: number): Promise<MessageRow[]> {
    const { rows } = await this.#run(this.#statements.tail, { limit })
    return rows.map((row) => ({ id: String(row.message_id), record: String(row.message_data) })).reverse()
  }

  /** Removes the newest messages, which are these. How many were there to remove. */
  async drop(messages: readonly MessageRow[]): Promise<number> {
    const ids = messages.map(({ id }) => id)
    const { affected } = await this.#run(this.#statements.drop, { ids, limit: ids.length })
    return affected
  }

  async append(records: readonly string[], atMs: number): Promise<void> {
    const at = toTimestamp(atMs)
    for (const batch of batches(records)) {
      const values = Object.fromEntries(batch.map((record, index) => [`record${index}`, record]))
      await this.#run(this.#statements.append(batch.length), { at, ...values })
    }
  }

  /** Keeps those of these messages that are there to this transaction. */
  async hold(ids: readonly number[]): Promise<MessageRow[]> {
    const found: MessageRow[] = []
    for (const some of portions(ids)) {
      const { rows } = await this.#run(this.#statements.hold, some)
      for (const row of rows) found.push({ id: String(row.message_id), record: String(row.message_data) })
    }
    return found
  }

  async replace(id: number, record: string): Promise<void> {
    await this.#run(this.#statements.replace, { message: id, record })
  }

  async remove(ids: readonly number[]): Promise<void> {
    for (const some of portions(ids)) await this.#run(this.#statements.remove, some)
  }

  /** Leaves the session as it says. */
  async update({ updatedMs, ttlMs, metadata }: SessionUpdate): Promise<void> {
    const text = Object.keys(metadata).length === 0 ? null : JSON.stringify(metadata)
    await this.#run(this.#statements.touch, { at: toTimestamp(updatedMs), ttl: ttlMs, metadata: text })
    const { saveTTL } = this.#statements
    if (saveTTL !== undefined && ttlMs !== null) await this.#run(saveTTL, { ttl: ttlMs, endsMs: updatedMs + ttlMs })
  }

  /** Makes the session findable by its metadata. */
  async indexMetadata(metadata: Record<string, JSONValue>): Promise<void> {
    await this.#run(this.#statements.forgetMetadata)
    for (const [key, value] of Object.entries(metadata)) {
      await this.#run(this.#statements.saveMetadata, metadataValues(key, value))
    }
  }

  #run(statement: Statement, values: Readonly<Record<string, Value>> = {}): Promise<Result> {
    return this.#connection.run(statement, bind(statement, { id: this.#id, ...values }))
  }
}

/** How a key with a value is found: as JSON texts, so that `1`, `"1"` and `true` differ, and as SHA-256 of both. */
export function metadataValues(name: string, content: JSONValue): { key: string; value: string; digest: string } {
  const [key, value] = [JSON.stringify(name), JSON.stringify(content)]
  return { key, value, digest: createHash('sha256').update(`[${key},${value}]`).digest('hex') }
}

/** The last one is named again where there are fewer than the statement names. */
function portions(ids: readonly number[]): Record<string, number>[] {
  return Array.from({ length: Math.ceil(ids.length / someMessages) }, (_, portion) => {
    const some = ids.slice(portion * someMessages, (portion + 1) * someMessages)
    const values = Array.from({ length: someMessages }, (_, index) => some[index] ?? (some.at(-1) as number))
    return Object.fromEntries(values.map((id, index) => [`message${index}`, id]))
  })
}

function batches(records: readonly string[]): string[][] {
  const result: string[][] = []
  for (let start = 0; start < records.length; ) {
    let [count, length] = [0, 0]
    while (start + count < records.length && (count === 0 || length < insertLength)) {
      length += records[start + count]?.length ?? 0
      count++
    }
    const size = insertSizes.find((each) => each <= count) ?? 1
    result.push(records.slice(start, start + size))
    start += size
  }
  return result
}
