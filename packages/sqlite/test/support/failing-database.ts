import type { SQLiteDatabase } from '../../src/database.ts'

/** A database of which a transaction fails when told, once, as where the disk does. */
export class FailingDatabase {
  /** For the store. */
  readonly database: SQLiteDatabase
  #next: 'before' | 'middle' | undefined
  /** Transactions before that one. */
  #left = 0
  #always: string | undefined

  constructor(database: SQLiteDatabase) {
    const transaction: SQLiteDatabase['transaction'] = (work) => {
      const inner = database.transaction((argument: Parameters<typeof work>[0]) => {
        const result = work(argument)
        this.#failAt('middle')
        return result
      })
      const immediate = (argument: Parameters<typeof work>[0]): ReturnType<typeof work> => {
        this.#left--
        this.#failAt('before')
        return inner.immediate(argument)
      }
      return { immediate, deferred: database.transaction(work).deferred }
    }
    this.database = new Proxy(database, {
      get(target, name) {
        if (name === 'transaction') return transaction
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  /** `middle` is after the statements and before the commit. @param count - which one from now on fails: the next one, or one that follows it */
  failNext(when: 'before' | 'middle', count = 1): void {
    this.#next = when
    this.#left = count
  }

  /** @throws Error where the failure that was to come has not: it has tested nothing */
  assertFailed(): void {
    if (this.#next !== undefined) throw new Error(`No transaction came to fail ${this.#next} its commit`)
  }

  /** Every transaction fails with this code while `work` runs. */
  async failingWith<T>(code: string, work: () => Promise<T>): Promise<T> {
    this.#always = code
    try {
      return await work()
    } finally {
      this.#always = undefined
    }
  }

  #failAt(when: 'before' | 'middle'): void {
    if (this.#always !== undefined) throw Object.assign(new Error('a code of SQLite'), { code: this.#always })
    if (this.#next !== when || this.#left > 0) return
    this.#next = undefined
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' })
  }
}
