import { resolve } from 'node:path'
import {
  type ChangeConditions,
  type CommitResult,
  type DeleteTarget,
  type HistoryChange,
  type Lease,
  matchesFilter,
  placeOf,
  type RecordPage,
  SessionError,
  type SessionFilter,
  type SessionInfo,
  SessionStore,
  systemClock,
} from '@sessions/core'
import { whileBusy } from './busy.ts'
import { applyChange, eraseSession, readIfAlive } from './changes.ts'
import { type Connection, connectDatabase, connectFile, connectMemory } from './connection.ts'
import { mapError } from './errors.ts'
import { checkStoreOptions, type SQLiteStoreOptions } from './options.ts'
import { fromTimestamp, toBound, toTimestamp } from './timestamps.ts'

interface InfoRow {
  sessionId: string
  createdAt: string
  updatedAt: string
  endsAt: number | null
  itemCount: number
  metadata: string | null
}

/**
 * Sessions in one SQLite database, in the tables of the OpenAI Agents SDK for Python.
 *
 * Every write is one `BEGIN IMMEDIATE` transaction. Stores on one path share the process's connection to that file.
 */
export class SQLiteStore extends SessionStore {
  readonly #options: SQLiteStoreOptions
  readonly #busyTimeoutMs: number
  #lease: Lease<Connection> | undefined

  /** Does no I/O. @throws TypeError or RangeError that names the option */
  constructor(options: SQLiteStoreOptions = {}) {
    checkStoreOptions(options)
    super()
    // A relative path means the folder that the process is in now, not the one at first use.
    const onDisk = options.path !== undefined && options.path !== ':memory:'
    this.#options = onDisk ? { ...options, path: resolve(options.path ?? '') } : { ...options }
    this.#busyTimeoutMs = options.busyTimeoutMs ?? 30_000
  }

  protected override async _open(): Promise<void> {
    const { database, path = ':memory:', synchronous = 'FULL' } = this.#options
    const busyTimeoutMs = this.#busyTimeoutMs
    if (database !== undefined) this.#lease = await connectDatabase(database, busyTimeoutMs)
    else if (path === ':memory:') this.#lease = await connectMemory()
    else this.#lease = await connectFile({ path, synchronous, busyTimeoutMs })
  }

  protected override async _close(): Promise<void> {
    await this.#lease?.release()
  }

  protected override _mapError(error: unknown): SessionError | undefined {
    const database = this.#lease?.resource.database ?? this.#options.database
    if (database?.open === false) {
      return new SessionError('SESSION_UNAVAILABLE', 'The database was closed by its owner.', { cause: error })
    }
    return mapError(error)
  }

  protected async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
    return this.#read(({ statements }) => {
      const statement = limit === undefined ? statements.all : statements.newest
      const records = readIfAlive(statements, sessionId, this.#now(), (time) => {
        return statement.all(sessionId, sessionId, time, limit ?? -1) as string[]
      })
      return limit === undefined ? records : records.reverse()
    })
  }

  protected async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    return this.#write((connection) => {
      const ttlMs = this.#options.ttl === undefined ? null : Math.max(1, Math.round(this.#options.ttl * 1000))
      return applyChange(connection.statements, sessionId, change, this.#now(), ttlMs)
    })
  }

  protected override _supports(condition: keyof ChangeConditions): boolean {
    return condition === 'maintain'
  }

  protected async _info(sessionId: string): Promise<SessionInfo | undefined> {
    return this.#read(({ statements }) => {
      const row = statements.info.get({ id: sessionId, now: this.#now() }) as InfoRow | undefined
      return row && toInfo(row)
    })
  }

  /** Fixes which sessions and in which order first, then reads each as it is when its turn comes. */
  protected async *_list(filter: SessionFilter): AsyncIterable<SessionInfo> {
    const { prefix = '', updatedBefore, updatedAfter, limit = -1 } = filter
    const wanted = Object.entries(filter.metadata ?? {})
    // A colon sorts after every digit: no bound.
    const parameters = {
      prefix,
      before: updatedBefore === undefined ? ':' : toBound(updatedBefore.getTime()),
      after: updatedAfter === undefined ? '' : toTimestamp(updatedAfter.getTime()),
      now: this.#now(),
      limit,
    }
    const sessionIds = await this.#read(({ statements }) => {
      if (wanted.length === 0) return statements.list.all(parameters) as string[]
      const metadata = JSON.stringify(wanted.map(([key, value]) => [JSON.stringify(key), JSON.stringify(value)]))
      return statements.listByMetadata.all({ ...parameters, metadata }) as string[]
    })
    for (const sessionId of sessionIds) {
      const info = await this._info(sessionId)
      if (info !== undefined && matchesFilter(info, filter)) yield info
    }
  }

  protected async _delete(sessionId: string, unchangedSince?: Date): Promise<boolean> {
    return this.#write(({ statements }) => eraseSession(statements, sessionId, this.#now(), unchangedSince))
  }

  protected override async _deleteUnchanged(targets: readonly DeleteTarget[]): Promise<number> {
    return this.#write(({ statements }) => {
      const now = this.#now()
      return targets.filter(({ sessionId, updatedAt }) => eraseSession(statements, sessionId, now, updatedAt)).length
    })
  }

  protected override async _purgeExpired(): Promise<number> {
    const now = this.#now()
    let purged = 0
    for (;;) {
      const batch = await this.#write(({ statements }) => {
        const sessionIds = statements.expired.all({ now, limit: 500 }) as string[]
        for (const sessionId of sessionIds) eraseSession(statements, sessionId, now)
        return sessionIds.length
      })
      purged += batch
      if (batch === 0) return purged
    }
  }

  /** A record that is gone took everything after it along, unless it was removed by maintenance: then the caller reads again. */
  protected override async _page(
    sessionId: string,
    cursor: string | undefined,
    size: number,
    places?: boolean,
  ): Promise<RecordPage> {
    const from = Number(cursor ?? 0)
    const limit = cursor === undefined ? size : size + 1
    const rows = await this.#read(({ statements }) =>
      readIfAlive(statements, sessionId, this.#now(), (time) => {
        return statements.page.all(sessionId, from, sessionId, time, limit) as { id: number; record: string }[]
      }),
    )
    const next = rows.length === limit ? { next: String(rows.at(-1)?.id) } : {}
    if (cursor !== undefined && rows.shift()?.id !== from) {
      throw new SessionError('SESSION_CONFLICT', 'Items that were already read were removed meanwhile. Read again.')
    }
    const records = rows.map(({ record }) => record)
    return { records, ...(places && { places: rows.map(({ id, record }) => placeOf(id, record)) }), ...next }
  }

  #read<T>(work: (connection: Connection) => T): T | Promise<T> {
    return whileBusy(this.#busyTimeoutMs, () => work(this.#connection))
  }

  #write<T>(work: (connection: Connection) => T): T | Promise<T> {
    const connection = this.#connection
    return whileBusy(this.#busyTimeoutMs, () => connection.write(() => work(connection)))
  }

  get #connection(): Connection {
    if (this.#lease === undefined) throw new Error('A hook was called before _open.')
    return this.#lease.resource
  }

  #now(): number {
    return (this.#options.clock ?? systemClock).now()
  }
}

function toInfo({ sessionId, createdAt, updatedAt, endsAt, itemCount, metadata }: InfoRow): SessionInfo {
  const info: SessionInfo = {
    sessionId,
    createdAt: new Date(fromTimestamp(createdAt)),
    updatedAt: new Date(fromTimestamp(updatedAt)),
    itemCount,
  }
  if (endsAt !== null) info.expiresAt = new Date(endsAt)
  if (metadata !== null) info.metadata = JSON.parse(metadata)
  return info
}
