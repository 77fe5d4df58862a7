import { safeWhen } from '../../src/peers/pragmas.ts'
import { adk } from '../shared/adk.ts'

interface Connection {
  pragma(text: string): void
}

const pool = {
  afterCreate(connection: Connection, done: (error: unknown, connection: Connection) => void) {
    connection.pragma('journal_mode = WAL')
    connection.pragma('synchronous = FULL')
    done(undefined, connection)
  },
}

export const contender = adk({
  backend: 'sqlite',
  driver: '@mikro-orm/better-sqlite',
  async options(dbName) {
    const { BetterSqliteDriver } = await import('@mikro-orm/better-sqlite')
    return { driver: BetterSqliteDriver, dbName, pool }
  },
  settings: (execute) => safeWhen(async (name) => Object.values((await execute(`PRAGMA ${name}`))[0] ?? {})[0]),
})
