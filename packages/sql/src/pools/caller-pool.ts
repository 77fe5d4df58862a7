import { dialects, type SQLDialect } from '../dialects/all.ts'
import type { Dialect } from '../dialects/dialect.ts'
import type { ConnectionPool } from '../sequelize.ts'
import { isMariaDBPool, type MariaDBPool, mariadbPool } from './mariadb.ts'
import { isMySQL2Pool, type MySQL2Pool, mysql2Pool } from './mysql2.ts'
import { isPgPool, type PgPool, pgPool } from './pg.ts'
import { isPGlite, type PGliteLike, pgliteDialect, pglitePool } from './pglite.ts'

/** A pool of a driver's, by its shape, or PGlite itself, which is none. */
export type SQLPool = PgPool | PGliteLike | MariaDBPool | MySQL2Pool

/** How one of them is used. */
export interface CallerPool {
  readonly name: SQLDialect
  readonly dialect: Dialect
  readonly pool: ConnectionPool
}

/** Does no I/O. @throws TypeError for what is none, and for those with callbacks */
export function adaptPool(pool: SQLPool): CallerPool {
  if (isPGlite(pool)) return { name: 'postgres', dialect: pgliteDialect, pool: pglitePool(pool) }
  if (isPgPool(pool)) return { name: 'postgres', dialect: dialects.postgres, pool: pgPool(pool) }
  if (isMariaDBPool(pool)) return { name: 'mariadb', dialect: dialects.mariadb, pool: mariadbPool(pool) }
  if (isMySQL2Pool(pool)) return { name: 'mysql', dialect: dialects.mysql, pool: mysql2Pool(pool) }
  const takes = 'a Pool of pg or of @neondatabase/serverless, a PGlite, or a pool of mariadb or of mysql2/promise'
  throw new TypeError(`pool must be ${takes}; one with callbacks is none of these.`)
}
