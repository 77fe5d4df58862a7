import { DatabaseSync } from 'node:sqlite'
import type { JSONValue } from '@sessions/core'

/** All that a {@link PlainStore} keeps of a session. */
export interface Entry {
  records: string[]
  createdAt: number
  updatedAt: number
  metadata: Record<string, JSONValue>
  /** Operation ids and their fingerprints. */
  operations: Record<string, string>
  /** Its own, in milliseconds: `null` for none. Absent where it is that of the store. */
  ttlMs?: number | null
  /** Of each record, for a store that keeps them. */
  ids?: string[]
  /** Of each record, in milliseconds since the Unix epoch. */
  times?: number[]
}

/** A lease, as its row has it. */
export interface LeaseRow {
  version: string
  token: string | null
  until: number
  waiting: string
}

/** Where a {@link PlainStore} keeps its entries. Gives and takes copies. */
export interface Place {
  read(key: string): Entry | undefined
  write(key: string, entry: Entry | undefined): void
  keys(): string[]
  /** Nobody else reads or writes meanwhile, and either all that `work` writes is kept or nothing. */
  atomically<T>(work: () => T): T
  close(): void
}

/** Gone with its store. */
export class MemoryPlace implements Place {
  /** By session. */
  readonly leases: Map<string, LeaseRow> = new Map()
  readonly #entries = new Map<string, Entry>()

  read(key: string): Entry | undefined {
    const entry = this.#entries.get(key)
    return entry && copyEntry(entry)
  }

  write(key: string, entry: Entry | undefined): void {
    if (entry === undefined) this.#entries.delete(key)
    else this.#entries.set(key, copyEntry(entry))
  }

  keys(): string[] {
    return [...this.#entries.keys()]
  }

  atomically<T>(work: () => T): T {
    return work()
  }

  close(): void {}
}

/** A file that many processes may open at once: what a mistake about restarts, crashes or processes needs to show. */
export class FilePlace implements Place {
  readonly path: string
  readonly #alone: boolean
  #opened: DatabaseSync | undefined

  /** @param alone - whether it keeps everybody else out until it is closed */
  constructor(path: string, alone = false) {
    this.path = path
    this.#alone = alone
  }

  get #database(): DatabaseSync {
    this.#opened ??= this.#open()
    return this.#opened
  }

  #open(): DatabaseSync {
    const database = new DatabaseSync(this.path, { timeout: this.#alone ? 0 : 20_000 })
    // A killed process leaves what the operating system was given; only a power cut would need more.
    database.exec('PRAGMA synchronous = OFF')
    if (this.#alone) database.exec('PRAGMA locking_mode = EXCLUSIVE')
    try {
      database.exec('BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, entry TEXT NOT NULL)')
      // A lock is kept from the first write on.
      if (this.#alone) database.exec('PRAGMA user_version = 1')
      database.exec('COMMIT')
    } catch (error) {
      database.close()
      throw error
    }
    return database
  }

  /** By session, as in memory. */
  get leases(): Pick<Map<string, LeaseRow>, 'get' | 'set' | 'delete'> {
    const database = this.#database
    database.exec('CREATE TABLE IF NOT EXISTS leases (id TEXT PRIMARY KEY, lease TEXT NOT NULL)')
    const leases = {
      get: (id: string) => {
        const row = database.prepare('SELECT lease FROM leases WHERE id = ?').get(id)
        return row && (JSON.parse(String(row.lease)) as LeaseRow)
      },
      delete: (id: string) => database.prepare('DELETE FROM leases WHERE id = ?').run(id).changes > 0,
      set: (id: string, lease: LeaseRow) => {
        database.prepare('REPLACE INTO leases VALUES (?, ?)').run(id, JSON.stringify(lease))
        return leases as Map<string, LeaseRow>
      },
    }
    return leases
  }

  read(key: string): Entry | undefined {
    const row = this.#database.prepare('SELECT entry FROM entries WHERE key = ?').get(key)
    return row && (JSON.parse(String(row.entry)) as Entry)
  }

  write(key: string, entry: Entry | undefined): void {
    if (entry === undefined) this.#database.prepare('DELETE FROM entries WHERE key = ?').run(key)
    else this.#database.prepare('REPLACE INTO entries VALUES (?, ?)').run(key, JSON.stringify(entry))
  }

  keys(): string[] {
    return this.#database
      .prepare('SELECT key FROM entries')
      .all()
      .map(({ key }) => String(key))
  }

  atomically<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }

  close(): void {
    this.#opened?.close()
    this.#opened = undefined
  }
}

function copyEntry(entry: Entry): Entry {
  const { records, metadata, operations, ids, times } = entry
  return {
    ...entry,
    records: [...records],
    metadata: structuredClone(metadata),
    operations: { ...operations },
    ...(ids && { ids: [...ids] }),
    ...(times && { times: [...times] }),
  }
}
