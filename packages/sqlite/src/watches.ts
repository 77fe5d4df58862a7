import type { SQLiteDatabase } from './database.ts'
import { mapError } from './errors.ts'
import type { Statements } from './statements.ts'

/** Prepared, since a caller who iterates keeps everybody from preparing more. */
type WatchStatements = Pick<Statements, 'newestIds' | 'dataVersion'>

interface Watched {
  /** The row id of its newest entry at the last look. */
  newest: string | null
  readonly listeners: Set<() => void>
}

interface NewestRow {
  sessionId: string
  newest: string | null
}

/** The sessions that are watched in one pair of tables. */
interface Group {
  readonly statements: WatchStatements
  readonly sessions: Map<string, Watched>
}

/** Milliseconds between two looks at whether another connection wrote. */
const pollMs = 25
/** After a look that took long, so many times as long: however many are watched, most of the time is left to others. */
const restRatio = 10

const ofDatabases = new WeakMap<SQLiteDatabase, Watches>()

/**
 * Everybody who watches sessions over one connection. `PRAGMA data_version` says for all of them that some other connection wrote
 * (https://sqlite.org/pragma.html#pragma_data_version); then one query finds in which sessions the newest entry is another.
 */
export class Watches {
  readonly #database: SQLiteDatabase
  /** By the text of the statement that looks at them. */
  readonly #groups = new Map<string, Group>()
  #version: unknown
  #timer: NodeJS.Timeout | undefined

  /** Those of a connection, whichever stores use it. */
  static of(database: SQLiteDatabase): Watches {
    const watches = ofDatabases.get(database) ?? new Watches(database)
    ofDatabases.set(database, watches)
    return watches
  }

  private constructor(database: SQLiteDatabase) {
    this.#database = database
  }

  /** Calls `onChange` soon after the session may have changed. What it returns ends it. */
  add(statements: WatchStatements, sessionId: string, onChange: () => void): () => void {
    const { source } = statements.newestIds
    if (this.#groups.size === 0) this.#version = statements.dataVersion.get()
    const group = this.#groups.get(source) ?? { statements, sessions: new Map<string, Watched>() }
    const watched = group.sessions.get(sessionId) ?? { newest: newestOf(statements, sessionId), listeners: new Set() }
    this.#groups.set(source, group)
    group.sessions.set(sessionId, watched)
    const listener = (): void => onChange()
    watched.listeners.add(listener)
    this.#schedule(pollMs)
    return () => {
      if (!watched.listeners.delete(listener) || watched.listeners.size > 0) return
      group.sessions.delete(sessionId)
      if (group.sessions.size === 0) this.#groups.delete(source)
    }
  }

  /** A session was changed over this very connection, whose `data_version` stays the same. */
  tell({ newestIds }: WatchStatements, sessionId: string): void {
    if (this.#groups.size === 0) return
    const watched = this.#groups.get(newestIds.source)?.sessions.get(sessionId)
    if (watched !== undefined) ring(watched)
  }

  #schedule(ms: number): void {
    this.#timer ??= setTimeout(() => this.#poll(), ms).unref()
  }

  #poll(): void {
    this.#timer = undefined
    if (this.#groups.size === 0 || !this.#database.open) return
    const begun = performance.now()
    try {
      this.#look()
    } catch (error) {
      // Whoever watches looks once a second too, and hears of it then.
      if (mapError(error) === undefined) throw error
    }
    this.#schedule(Math.max(pollMs, restRatio * (performance.now() - begun)))
  }

  #look(): void {
    const [first] = this.#groups.values()
    const version = first?.statements.dataVersion.get()
    if (version === this.#version) return
    for (const { statements, sessions } of this.#groups.values()) {
      const ids = [...sessions.keys()]
      for (const { sessionId, newest } of newestOfEach(statements, ids)) {
        const watched = sessions.get(sessionId)
        if (watched === undefined || watched.newest === newest) continue
        watched.newest = newest
        ring(watched)
      }
    }
    this.#version = version
  }
}

function newestOf(statements: WatchStatements, sessionId: string): string | null {
  return newestOfEach(statements, [sessionId])[0]?.newest ?? null
}

function newestOfEach({ newestIds }: WatchStatements, sessionIds: readonly string[]): NewestRow[] {
  return newestIds.all(JSON.stringify(sessionIds)) as NewestRow[]
}

function ring({ listeners }: Watched): void {
  for (const listener of [...listeners]) listener()
}
