import { SessionError } from '@sessions/core'
import { blockingWaitMs } from '../busy.ts'
import type { SQLiteDatabase } from '../database.ts'
import type { Driver, Opener } from './driver.ts'

/** The first Node in which the binary of better-sqlite3 runs; in older ones it ends the process without a word. */
const oldestNode = 22

const methods = ['prepare', 'exec', 'pragma', 'transaction', 'close'] as const
const flags = ['open', 'inTransaction'] as const

/** What of better-sqlite3 a database lacks. */
export function missingOf(database: object): string | undefined {
  const given = database as Record<string, unknown>
  return (
    methods.find((name) => typeof given[name] !== 'function') ?? flags.find((name) => typeof given[name] !== 'boolean')
  )
}

/** An add-on, which is compiled or downloaded where the package is installed. */
export const betterSQLite3: Driver = {
  async load(): Promise<Opener> {
    assertRuntime()
    const Database = await importDatabase()
    return {
      open: (path, fileMustExist) => new Database(path, { timeout: blockingWaitMs, fileMustExist }),
      openImage: ({ buffer, byteOffset, byteLength }) =>
        new Database(Buffer.from(buffer, byteOffset, byteLength), { readonly: true }),
    }
  },
  isOf: (database) => missingOf(database) === undefined,
  adapt: (database) => database as SQLiteDatabase,
}

async function importDatabase(): Promise<typeof import('better-sqlite3')> {
  try {
    return (await import('better-sqlite3')).default
  } catch (error) {
    const message = "better-sqlite3 cannot be loaded. Install it, or choose driver: 'node:sqlite', which needs none."
    throw new SessionError('SESSION_UNSUPPORTED', message, { cause: error })
  }
}

function assertRuntime(): void {
  const { node } = process.versions
  if (Number.parseInt(node, 10) >= oldestNode) return
  const message = `better-sqlite3 needs Node ${oldestNode} or later; this is ${node}. Nothing was opened.`
  throw new SessionError('SESSION_UNSUPPORTED', message)
}
