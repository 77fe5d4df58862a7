import { SessionError } from '@sessions/core'
import type { DriverName } from './drivers/driver.ts'
import { realPath } from './file.ts'

interface Users {
  readonly driver: DriverName
  count: number
}

/**
 * Which driver has which file open in this process. Each brings a copy of SQLite of its own, and the locks of a file belong to the process:
 * when one copy closes the file, the locks of the other are gone, and the file is soon damaged
 * (https://sqlite.org/howtocorrupt.html#multiple_copies_of_sqlite_linked_into_the_same_application).
 */
export class OneDriver {
  readonly #users = new Map<string, Users>()

  /** @throws SESSION_UNSUPPORTED where another has it */
  claim(path: string, driver: DriverName): { release(): void } {
    const key = realPath(path)
    const users = this.#users.get(key) ?? { driver, count: 0 }
    if (users.driver !== driver) {
      const message = `The file is open in this process through ${users.driver}: use that for all of its sessions. Nothing was opened.`
      throw new SessionError('SESSION_UNSUPPORTED', message)
    }
    users.count++
    this.#users.set(key, users)
    return {
      release: () => {
        if (--users.count === 0) this.#users.delete(key)
      },
    }
  }
}
