import { resolve } from 'node:path'
import {
  type ChangeConditions,
  type CommitResult,
  checkOperationTtl,
  type DeleteTarget,
  type HistoryChange,
  type LongCall,
  matchesFilter,
  placeOf,
  type RecordPage,
  SessionError,
  type SessionFilter,
  type SessionInfo,
  SessionStore,
  systemClock,
  yieldIfLong,
} from '@sessions/core'
import { Access } from './access.ts'
import { applyChange, readIfAlive, type WritePolicy } from './changes.ts'
import { mapError } from './errors.ts'
import { listIds } from './listing.ts'
import { checkStoreOptions, type SQLiteStoreOptions } from './options.ts'
import { eraseEach, purgeExpired } from './retention.ts'
import { fromTimestamp } from './timestamps.ts'

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
  readonly #access: Access
  readonly #policy: WritePolicy

  /** Does no I/O. @throws TypeError or RangeError that names the option */
  constructor(options: SQLiteStoreOptions = {}) {
    checkStoreOptions(options)
    super()
    // A relative path means the folder that the process is in now, not the one at first use.
    const onDisk = options.path !== undefined && options.path !== ':memory:'
    this.#options = onDisk ? { ...options, path: resolve(options.path ?? '') } : { ...options }
    this.#access = new Access(this.#options)
    this.#policy = {
      ttlMs: options.ttl === undefined ? undefined : Math.max(1, Math.round(options.ttl * 1000)),
      operationMs: checkOperationTtl(options.operationTtl),
    }
  }

  protected override async _open(): Promise<void> {
    await this.#access.open()
  }

  protected override async _close(): Promise<void> {
    await this.#access.close()
  }

  protected override _mapError(error: unknown): SessionError | undefined {
    if (this.#access.isClosedByOwner) {
      return new SessionError('SESSION_UNAVAILABLE', 'The database was closed by its owner.', { cause: error })
    }
    return mapError(error)
  }

  protected async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
    return this.#access.read((statements) => {
      const statement = limit === undefined ? statements.all : statements.newest
      const records = readIfAlive(statements, sessionId, this.#now(), (time) => {
        return statement.all(sessionId, sessionId, time, limit ?? -1) as string[]
      })
      return limit === undefined ? records : records.reverse()
    })
  }

  protected async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const result = await this.#access.write((statements, log) => {
      const applied = applyChange(statements, sessionId, change, this.#now(), this.#policy)
      if (removes(change)) log?.emptyLater()
      return applied
    })
    // Whoever clears a history wants it gone, from the disk too.
    if (change.clear === true) await this.#access.scrub()
    return result
  }

  protected override _supports(condition: keyof ChangeConditions): boolean {
    return condition === 'maintain'
  }

  protected async _info(sessionId: string): Promise<SessionInfo | undefined> {
    return this.#access.read((statements) => {
      const row = statements.info.get({ id: sessionId, now: this.#now() }) as InfoRow | undefined
      return row && toInfo(row)
    })
  }

  /** Reads each session as it is when its turn comes. */
  protected async *_list(filter: SessionFilter): AsyncIterable<SessionInfo> {
    let left = filter.limit ?? Infinity
    for await (const sessionId of listIds(filter, this.#now(), this.#access.read)) {
      await yieldIfLong()
      const info = await this._info(sessionId)
      if (info === undefined || !matchesFilter(info, filter)) continue
      yield info
      if (--left <= 0) return
    }
  }

  protected async _delete(sessionId: string, unchangedSince?: Date): Promise<boolean> {
    const target = { sessionId, ...(unchangedSince && { updatedAt: unchangedSince }) }
    return (await eraseEach(this.#access, [target], () => this.#now())) > 0
  }

  protected override async _deleteUnchanged(targets: readonly DeleteTarget[]): Promise<number> {
    return eraseEach(this.#access, targets, () => this.#now())
  }

  protected override async _purgeExpired(call: LongCall): Promise<number> {
    return purgeExpired(this.#access, this.#now(), call)
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
    const rows = await this.#access.read((statements) =>
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

  #now(): number {
    return (this.#options.clock ?? systemClock).now()
  }
}

/** Whether something that was stored is gone after it. */
function removes({ drop = 0, metadata = {}, maintain }: HistoryChange): boolean {
  return drop !== 0 || Object.keys(metadata).length > 0 || maintain !== undefined
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
