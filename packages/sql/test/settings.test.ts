import { SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import type { Options } from 'sequelize'
import { afterAll, describe, expect, it } from 'vitest'
import { failure, message } from './support/failure.ts'
import { keepsPromises } from './support/keeps-promises.ts'
import { open, tell, telling } from './support/tell.ts'

const [postgres, mariadb, mysql] = await Promise.all([startPostgres(), startMariaDB(), startMySQL()])
afterAll(() => Promise.all([postgres.stop(), mariadb.stop(), mysql?.stop()]))

/** One database for those who leave nothing behind: to make tables takes longer than all that is done with them. */
function shared(database: () => Promise<string>): () => Promise<string> {
  let url: Promise<string> | undefined
  return () => {
    url ??= database()
    return url
  }
}

const pg = { name: 'pg', database: () => postgres.createDatabase() }
const mysqls = [
  { name: 'mariadb', database: () => mariadb.createDatabase() },
  { name: 'mysql2', database: async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:') },
  ...(mysql === undefined ? [] : [{ name: 'mysql2 on MySQL', database: () => mysql.createDatabase() }]),
]

const driverOptions: Readonly<Record<string, readonly object[]>> = {
  pg: [
    { binary: true },
    { client_encoding: 'LATIN1' },
    { options: '-c client_encoding=WIN1252 -c extra_float_digits=-15' },
  ],
  mariadb: [
    { supportBigNumbers: true, bigNumberStrings: true },
    { bigIntAsNumber: true, insertIdAsNumber: true, decimalAsNumber: true, checkNumberRange: true },
    { dateStrings: true, autoJsonMap: false, bitOneIsBoolean: false, foundRows: true },
    { rowsAsArray: true, metaAsArray: true },
    { nestTables: true, namedPlaceholders: true },
    { nestTables: '_', checkDuplicate: false, prepareCacheLength: 0, pipelining: false },
    { typeCast: (field: { string(): string }) => field.string() },
    { typeCast: () => 'whatever' },
    { charset: 'latin1' },
    { collation: 'UTF8MB3_GENERAL_CI' },
    { sessionVariables: { sql_select_limit: 1, autocommit: 0, character_set_results: 'ascii' } },
  ],
  mysql2: [
    { supportBigNumbers: true, bigNumberStrings: true },
    { supportBigNumbers: false, decimalNumbers: true, dateStrings: true, jsonStrings: true },
    { rowsAsArray: true, namedPlaceholders: true },
    { nestTables: true },
    { nestTables: '_', multipleStatements: true, disableEval: true },
    { flags: 'FOUND_ROWS,IGNORE_SPACE' },
    { flags: '-SESSION_TRACK', charset: 'utf8mb4' },
    { typeCast: false },
    { typeCast: true },
    { typeCast: (field: { string(): string }) => field.string() },
    { typeCast: () => 'whatever' },
    { charset: 'latin1' },
    { charset: 'utf8' },
  ],
}

describe.each([pg, ...mysqls])('through $name', ({ name, ...server }) => {
  const database = shared(server.database)
  it.each(driverOptions[name.split(' ')[0] ?? ''] ?? [])(
    'no option of the driver changes what a statement means: %o',
    async (dialectOptions) => {
      const sequelize = open(await database(), { dialectOptions })
      await using store = new SQLStore({ sequelize, createTables: true })
      await keepsPromises(store)
      await sequelize.close()
    },
  )

  it('no option of Sequelize changes what a statement means', async () => {
    const sequelize = open(await database(), {
      timezone: '+05:45',
      quoteIdentifiers: false,
      omitNull: true,
      typeValidation: true,
      minifyAliases: true,
      isolationLevel: 'READ UNCOMMITTED',
      standardConformingStrings: false,
      benchmark: true,
      query: { raw: true, nest: true, plain: true },
      set: { default_storage_engine: 'MYISAM' },
      define: { underscored: true, schema: 'elsewhere' },
      keepDefaultTimezone: true,
    } as Options)
    await using store = new SQLStore({ sequelize, createTables: true })
    await keepsPromises(store)
    await sequelize.close()
  })
})

describe('through pg', () => {
  const clean = shared(pg.database)
  it('parsers that the process has set for all queries change nothing', async () => {
    const { default: driver } = await import('pg' as string)
    const { types, defaults } = driver
    const oids = [16, 20, 23, 25, 701, 1043, 1042]
    const before = oids.map((oid) => types.getTypeParser(oid))
    for (const oid of oids) types.setTypeParser(oid, () => 'whatever')
    defaults.binary = true
    try {
      await using store = new SQLStore({ url: await postgres.createDatabase(), createTables: true })
      await keepsPromises(store)
    } finally {
      for (const [index, oid] of oids.entries()) types.setTypeParser(oid, before[index])
      defaults.binary = false
    }
  })

  it.each([
    "SET client_encoding = 'LATIN1'",
    "SET client_encoding = 'SQL_ASCII'",
    'SET extra_float_digits = -15',
    "SET DateStyle = 'German'; SET IntervalStyle = 'iso_8601'; SET TimeZone = 'Asia/Kathmandu'",
    'SET standard_conforming_strings = off',
    "SET default_transaction_isolation = 'serializable'",
    'SET session_replication_role = replica',
    'SET array_nulls = off; SET quote_all_identifiers = on; SET transform_null_equals = on',
  ])('what a connection was told before changes nothing: %s', async (text) => {
    const sequelize = telling(open(await clean(), {}), text)
    await using store = new SQLStore({ sequelize, createTables: true })
    await keepsPromises(store)
    await sequelize.close()
  })

  it.each([
    "SET client_encoding = 'LATIN1'",
    'DISCARD ALL',
    'RESET ALL',
    'SET SESSION AUTHORIZATION DEFAULT; RESET client_encoding',
  ])('what others tell a connection of their pool in between changes nothing: %s', async (text) => {
    const sequelize = open(await postgres.createDatabase(), { pool: { max: 1 } })
    await using store = new SQLStore({ sequelize, createTables: true })
    const session = store.session('user日')
    await session.addItems([message('日本語')])
    for (const work of [() => session.getItems(), () => session.addItems([message('å')]), () => session.popItem()]) {
      await sequelize.query(text)
      await work()
    }
    await sequelize.query(text)
    expect(await session.getItems()).toEqual([message('日本語')])
    await sequelize.close()
  })
})

describe.each(mysqls)('through $name', ({ database }) => {
  const clean = shared(database)
  it.each([
    'SET NAMES latin1',
    'SET NAMES utf8mb4 COLLATE utf8mb4_bin',
    'SET character_set_connection = ucs2',
    "SET NAMES utf8mb3; SET sql_mode = ''",
    'SET autocommit = 0',
    'SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED',
    'SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE',
    "SET sql_mode = 'ANSI,TRADITIONAL,PIPES_AS_CONCAT,REAL_AS_FLOAT'",
    "SET sql_mode = 'NO_BACKSLASH_ESCAPES,HIGH_NOT_PRECEDENCE,PAD_CHAR_TO_FULL_LENGTH'",
    'SET foreign_key_checks = 0; SET unique_checks = 0',
    'SET sql_select_limit = 1',
    'SET sql_safe_updates = 1',
    "SET completion_type = 'CHAIN'",
    "SET completion_type = 'RELEASE'",
    "SET time_zone = '-09:30'; SET group_concat_max_len = 4; SET div_precision_increment = 0; SET sql_auto_is_null = 1",
    "SET session_track_system_variables = ''; SET NAMES latin1",
  ])('what a connection was told before changes nothing: %s', async (text) => {
    const sequelize = telling(open(await clean(), {}), ...text.split('; '))
    await using store = new SQLStore({ sequelize, createTables: true })
    await keepsPromises(store)
    await sequelize.close()
  })

  it.each([['SET NAMES latin1'], ['SET character_set_client = latin1'], ["SET completion_type = 'CHAIN'"], ['reset']])(
    'what others tell a connection of their pool in between changes nothing: %s',
    async (text) => {
      const sequelize = open(await database(), { pool: { max: 1 } })
      const manager = sequelize.connectionManager
      const say = async (): Promise<void> => {
        const connection = (await manager.getConnection({ type: 'write' })) as { reset(done?: () => void): unknown }
        if (text !== 'reset') await tell(connection, text)
        else await new Promise<void>((resolve) => void Promise.resolve(connection.reset(resolve)).then(() => resolve()))
        manager.releaseConnection(connection)
      }
      await using store = new SQLStore({ sequelize, createTables: true })
      const session = store.session('user日')
      await session.addItems([message('日本語')])
      for (const work of [() => session.getItems(), () => session.addItems([message('å')]), () => session.popItem()]) {
        await say()
        await work()
      }
      await say()
      expect(await session.getItems()).toEqual([message('日本語')])
      await sequelize.close()
    },
  )

  it('what a hook tells each connection that is taken from the pool changes nothing', async () => {
    const sequelize = open(await database(), {})
    sequelize.addHook('afterPoolAcquire', (connection) => tell(connection, 'SET NAMES latin1'))
    await using store = new SQLStore({ sequelize, createTables: true })
    await keepsPromises(store)
    await sequelize.close()
  })
})

it.each(['mariadb:', 'mysql:'])('modes that only MariaDB has change nothing, through %s', async (scheme) => {
  const sequelize = telling(
    open((await mariadb.createDatabase()).replace('mariadb:', scheme), {}),
    "SET sql_mode = 'ORACLE,EMPTY_STRING_IS_NULL,SIMULTANEOUS_ASSIGNMENT'",
  )
  await using store = new SQLStore({ sequelize, createTables: true })
  await keepsPromises(store)
  await sequelize.close()
})

it('where a driver does not follow, nothing is stored, and the error says why', async () => {
  const url = await mariadb.createDatabase()
  await using right = new SQLStore({ url, createTables: true })
  await right.session('user').addItems([message('日本語')])
  const dialectOptions = { flags: '-SESSION_TRACK', charset: 'latin1' }
  const sequelize = open(url.replace('mariadb:', 'mysql:'), { dialectOptions })
  await using store = new SQLStore({ sequelize })
  for (const work of [store.session('user').addItems([message('å')]), store.session('user').getItems()]) {
    const error = await failure(work)
    expect(error).toMatchObject({ code: 'SESSION_BACKEND', retryable: false, ambiguous: false })
    expect(error.message).toMatch(/character set of the driver.*utf8mb4/)
  }
  expect(await right.session('user').getItems()).toEqual([message('日本語')])
  await sequelize.close()
})
