import { blockingWaitMs } from './busy.ts'
import type { SQLiteDatabase } from './database.ts'
import { mapError } from './errors.ts'

/** Milliseconds after which what was dropped by a write is overwritten, and between two tries where others are in the way. */
const laterMs = 500

/**
 * The write-ahead log of one connection. It holds what was written and overwritten since it was last emptied; emptying it takes
 * three commits' time, so that the writes of one turn of the event loop share it.
 */
export class WriteAheadLog {
  readonly #database: SQLiteDatabase
  #emptied: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(database: SQLiteDatabase) {
    this.#database = database
  }

  /** Empties it at the end of this turn; later, where another process reads or writes just then. */
  empty(): Promise<void> {
    this.#emptied ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#emptied = undefined
        if (!this.#tryNow()) this.emptyLater()
        resolve()
      })
    })
    return this.#emptied
  }

  /** Empties it soon, for what is no deletion of its own. */
  emptyLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      if (!this.#tryNow()) this.emptyLater()
    }, laterMs).unref()
  }

  /** Before the database is closed: what is still to be done is done now. */
  close(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#tryNow()
  }

  /** Waits for nobody, since the event loop would wait too. */
  #tryNow(): boolean {
    if (!this.#database.open) return true
    this.#database.pragma('busy_timeout = 0')
    try {
      // Of itself, TRUNCATE copies the whole log while it keeps other writers out. This copies it beside them, and leaves it what came meanwhile.
      this.#database.pragma('wal_checkpoint(PASSIVE)')
      const [result] = this.#database.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
      return result?.busy === 0
    } catch (error) {
      // The write that led here is done. A disk that fails now fails the next one too, which says so.
      if (mapError(error) === undefined) throw error
      return false
    } finally {
      this.#database.pragma(`busy_timeout = ${blockingWaitMs}`)
    }
  }
}
