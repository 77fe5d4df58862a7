import { SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import { createPool as createMariaDBPool } from 'mariadb'
import { createPool as createMySQLPool } from 'mysql2/promise'
import { Pool, types } from 'pg'
import { afterAll, describe, it } from 'vitest'
import { keepsPromises } from './support/keeps-promises.ts'

const [postgres, mariadb, mysql] = await Promise.all([startPostgres(), startMariaDB(), startMySQL()])
afterAll(async () => void (await Promise.all([postgres.stop(), mariadb.stop(), mysql?.stop()])))
const urls = {
  pg: await postgres.createDatabase(),
  mariadb: await mariadb.createDatabase(),
  mysql2: (await (mysql ?? mariadb).createDatabase()).replace('mariadb:', 'mysql:'),
}

/** Where a pool is, as every driver takes it. */
function placeOf(url: string): { host: string; port: number; user: string; password: string; database: string } {
  const { hostname, port, username, password, pathname } = new URL(url)
  const parts = { user: username, password, database: pathname.slice(1) }
  const decoded = Object.entries(parts).map(([name, part]) => [name, decodeURIComponent(part)])
  return { host: hostname, port: Number(port), ...(Object.fromEntries(decoded) as typeof parts) }
}

const [atMariaDB, atMySQL] = [placeOf(urls.mariadb), placeOf(urls.mysql2)]

describe('a pool of pg', () => {
  it.each([
    { binary: true, types: { getTypeParser: () => () => 'whatever' }, query_timeout: 60_000, max: 1 },
    {
      client_encoding: 'LATIN1',
      options: '-c TimeZone=Asia/Kathmandu -c DateStyle=German -c default_transaction_isolation=serializable',
    },
  ])('whatever its clients were given changes nothing: %o', async (options) => {
    const pool = new Pool({ connectionString: urls.pg, ...options })
    await using store = new SQLStore({ pool, createTables: true })
    await keepsPromises(store)
    await pool.end()
  })

  it('whatever its clients were told changes nothing', async () => {
    const pool = new Pool({ connectionString: urls.pg })
    const told =
      'CREATE SCHEMA IF NOT EXISTS elsewhere; SET search_path = elsewhere, public; SET standard_conforming_strings = off'
    pool.on('connect', (client) => void client.query(told))
    await using store = new SQLStore({ pool, createTables: true })
    await keepsPromises(store)
    await pool.end()
  })

  it('parsers that the process has set for all queries change nothing', async () => {
    const oids = [16, 20, 23, 25, 701, 1043, 1042]
    const before = oids.map((oid) => types.getTypeParser(oid))
    for (const oid of oids) types.setTypeParser(oid, () => 'whatever')
    try {
      const pool = new Pool({ connectionString: urls.pg })
      await using store = new SQLStore({ pool, createTables: true })
      await keepsPromises(store)
      await pool.end()
    } finally {
      for (const [index, oid] of oids.entries()) types.setTypeParser(oid, before[index] ?? String)
    }
  })
})

/** Also the words of other databases, and what a statement may not do. */
const told = [
  "SET sql_mode = 'ANSI,TRADITIONAL,PIPES_AS_CONCAT', time_zone = '-09:30'",
  'SET autocommit = 0, NAMES latin1',
]

describe('a pool of mariadb', () => {
  it.each([
    { rowsAsArray: true, metaAsArray: true, namedPlaceholders: true, bigIntAsNumber: true, checkNumberRange: true },
    { nestTables: true, dateStrings: true, supportBigNumbers: true, bigNumberStrings: true, foundRows: true },
    { nestTables: '_', typeCast: () => 'whatever', charset: 'latin1', prepareCacheLength: 0, pipelining: false },
    { multipleStatements: true, timezone: '+05:45', resetAfterUse: true, initSql: told[1] },
    { sessionVariables: { sql_select_limit: 1, autocommit: 0, character_set_results: 'ascii' }, initSql: told[0] },
  ])('whatever its connections were given changes nothing: %o', async (options) => {
    const pool = createMariaDBPool({ ...atMariaDB, connectionLimit: 2, ...options } as never)
    await using store = new SQLStore({ pool, createTables: true })
    await keepsPromises(store)
    await pool.end()
  })
})

describe('a pool of mysql2', () => {
  it.each([
    { supportBigNumbers: true, bigNumberStrings: true, rowsAsArray: true, namedPlaceholders: true },
    { nestTables: true, decimalNumbers: true, dateStrings: true, typeCast: () => 'whatever', charset: 'latin1' },
    { nestTables: '_', multipleStatements: true, timezone: '+05:45', maxPreparedStatements: 1, disableEval: true },
  ])('whatever its connections were given changes nothing: %o', async (options) => {
    const pool = createMySQLPool({ ...atMySQL, connectionLimit: 2, ...options } as never)
    await using store = new SQLStore({ pool, createTables: true })
    await keepsPromises(store)
    await pool.end()
  })

  it.each(told)('whatever its connections were told changes nothing: %s', async (text) => {
    const pool = createMySQLPool({ ...atMySQL, connectionLimit: 2 })
    pool.pool.on('connection', (connection) => void connection.query(text))
    await using store = new SQLStore({ pool, createTables: true })
    await keepsPromises(store)
    await pool.end()
  })
})
