import type { SQLiteDatabase } from '../../src/database.ts'

/** A database whose next transaction fails when told, once, as where the disk does. */
export class FailingDatabase {
  /** For the store. */
  readonly database: SQLiteDatabase
  #next: 'before' | 'middle' | undefined

  constructor(database: SQLiteDatabase) {
    const transaction: SQLiteDatabase['transaction'] = (work) => {
      const inner = database.transaction((argument: Parameters<typeof work>[0]) => {
        const result = work(argument)
        this.#failAt('middle')
        return result
      })
      const immediate = (argument: Parameters<typeof work>[0]): ReturnType<typeof work> => {
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

  /** `middle` is after the statements and before the commit. */
  failNext(when: 'before' | 'middle'): void {
    this.#next = when
  }

  #failAt(when: 'before' | 'middle'): void {
    if (this.#next !== when) return
    this.#next = undefined
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' })
  }
}
