import type { Dialect } from './dialect.ts'
import { mariadb, mysql } from './mysql.ts'
import { postgres } from './postgres.ts'
import { sqlite } from './sqlite.ts'

/** A database that sessions can be kept in. */
export type SQLDialect = 'postgres' | 'mariadb' | 'mysql' | 'sqlite'

export const dialects: Readonly<Record<SQLDialect, Dialect>> = { postgres, mariadb, mysql, sqlite }

/** @throws TypeError that begins as told */
export function checkDialect(name: string, must: string): SQLDialect {
  if (Object.hasOwn(dialects, name)) return name as SQLDialect
  throw new TypeError(`${must} ${Object.keys(dialects).join(', ')}.`)
}
