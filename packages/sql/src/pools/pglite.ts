import type { Dialect } from '../dialects/dialect.ts'
import { postgres } from '../dialects/postgres.ts'
import { connectPGlite, type PGliteTransaction } from '../drivers/pglite.ts'
import type { ConnectionPool } from '../sequelize.ts'
import { hasMethods } from './has-methods.ts'

/** What is used of a PGlite, which has one connection and no pool. */
export interface PGliteLike {
  readonly waitReady: Promise<void>
  transaction(work: (transaction: PGliteTransaction) => Promise<void>): Promise<unknown>
}

/** The connection while it is ours. */
interface Held {
  readonly transaction: PGliteTransaction
  /** Gives it back, and resolves when others can have it. */
  end(): Promise<void>
}

/** Postgres, but for notices, which do not come over a connection. */
export const pgliteDialect: Dialect = withoutNotices({ ...postgres, connect: connectPGlite })

export function isPGlite(pool: object): pool is PGliteLike {
  return hasMethods(pool, 'transaction', 'exec', 'query') && 'waitReady' in pool
}

/**
 * Only inside of a transaction of its own does PGlite keep others away. What it has begun there is ended at once: then its connection is as any
 * other, until it ends what is no transaction any more.
 */
export function pglitePool(pglite: PGliteLike): ConnectionPool {
  const end = (connection: object): Promise<void> => (connection as Held).end()
  return {
    getConnection: () =>
      new Promise<Held>((resolve, reject) => {
        const over = Promise.withResolvers<void>()
        const ended = pglite.transaction(async (transaction) => {
          await transaction.exec('COMMIT')
          resolve({
            transaction,
            end: async () => {
              over.resolve()
              await ended
            },
          })
          await over.promise
        })
        ended.catch(reject)
      }),
    releaseConnection: end,
    destroyConnection: async (connection) => {
      await (connection as Held).transaction.exec('ROLLBACK').catch(() => undefined)
      await end(connection)
    },
  }
}

function withoutNotices({ notices: _, ...dialect }: Dialect): Dialect {
  return dialect
}
