import { createRequire } from 'node:module'
import { sessionErrorCodes } from '@sessions/core'
import { SQLStore } from '@sessions/sql'
import { startMariaDB, startPostgres } from '@sessions/test-servers'
import { createConnection as createMariaDB } from 'mariadb'
import { createConnection as createMySQL2 } from 'mysql2'
import { afterAll, describe, expect, it } from 'vitest'
import { isUnsent, mapError } from '../src/errors.ts'
import { errorNumbers, type Meaning, sqliteCodes, sqlStates } from '../src/meanings.ts'
import { Admin } from './support/admin.ts'
import { failure, message } from './support/failure.ts'
import { openSequelize } from './support/sequelize.ts'

/** The driver has no types of its own. */
interface Client {
  connect(): Promise<void>
  query(text: string): Promise<unknown>
  end(): Promise<void>
  on(event: 'error', listener: () => void): void
  once(event: 'end', listener: (value: unknown) => void): void
}
const pg: { Client: new (options: { connectionString: string }) => Client } = createRequire(import.meta.url)('pg')

const [postgres, mariadb] = [await startPostgres(), await startMariaDB()]
afterAll(() => Promise.all([postgres.stop(), mariadb.stop()]))

const servers = [
  { name: 'pg', database: () => postgres.createDatabase() },
  { name: 'mariadb', database: () => mariadb.createDatabase() },
  { name: 'mysql2', database: async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:') },
]
/** Errors that no table names, of every class that a statement of ours could meet: not to be tried again, and nothing done. */
const unmapped = {
  states: [
    '0A000',
    '22012',
    '22023',
    '23514',
    '26000',
    '42601',
    '42804',
    '53400',
    '54000',
    '55000',
    '58030',
    'P0001',
    'XX000',
    'XX001',
  ],
  numbers: [1030, 1032, 1064, 1105, 1118, 1197, 1264, 1366, 1406, 1451, 1644, 3572, 3819],
}
/** Said by a server that closes the connection, so that no trigger can stand for it. */
const isParting = (state: string): boolean => /^(08|57P)/.test(state)

/** Makes a message that names an error fail with it, in the middle of a write. */
async function raising(admin: Admin): Promise<void> {
  if (!admin.isPostgres) {
    return admin.execute(
      `CREATE TRIGGER raising BEFORE INSERT ON agent_messages FOR EACH ROW BEGIN
        DECLARE n INT; SET n = CAST(REGEXP_REPLACE(NEW.message_data, '^.*raise ([0-9]+).*$', '\\\\1') AS UNSIGNED);
        IF NEW.message_data LIKE '%raise %' THEN SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = n; END IF; END`,
    )
  }
  await admin.execute(
    `CREATE FUNCTION raising() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.message_data LIKE '%raise %' THEN
        RAISE EXCEPTION 'raised' USING ERRCODE = substring(NEW.message_data from 'raise ([0-9A-Z]{5})');
      END IF; RETURN NEW; END $$`,
  )
  await admin.execute('CREATE TRIGGER raising BEFORE INSERT ON agent_messages FOR EACH ROW EXECUTE FUNCTION raising()')
}

describe.each(servers)('what a server refuses, through $name', ({ database }) => {
  it('means what the table says, is never ambiguous, and leaves nothing behind', async () => {
    const url = await database()
    const admin = new Admin(url)
    await using store = new SQLStore({ url, createTables: true, busyTimeoutMs: 20 })
    const session = store.session('a')
    await session.addItems([message('one')])
    await raising(admin)
    const known: [string, Meaning][] = Object.entries(admin.isPostgres ? sqlStates : errorNumbers)
    const others = (admin.isPostgres ? unmapped.states : unmapped.numbers).map((code): [string, Meaning] => [
      String(code),
      ['SESSION_BACKEND', ''],
    ])
    for (const [state, [code, text, { retryable } = {}]] of [...known, ...others]) {
      if (admin.isPostgres && isParting(state)) continue
      const works = [
        () => session.addItems([message(`raise ${state}`)]),
        // In a transaction on every server.
        () => session.replaceHistoryWithCompaction([message(`raise ${state}`)]),
      ]
      for (const work of works) {
        const error = await failure(work())
        const said = { state, code: error.code, retryable: error.retryable, ambiguous: error.ambiguous }
        const wanted = { state, code, retryable: retryable ?? sessionErrorCodes[code].retryable, ambiguous: false }
        expect(said).toEqual(wanted)
        if (text !== '') expect(error.message).toBe(text)
        expect(error.cause).toBeInstanceOf(Error)
      }
    }
    expect(await session.getItems()).toEqual([message('one')])
    await admin.close()
  })

  it('what never reached a server is never ambiguous, and is retryable where that may help', async () => {
    const url = await database()
    const changed = (change: Partial<URL>): string => Object.assign(new URL(url), change).href
    const refusedPort = changed({ port: '1' })
    const cases: [string, string, boolean][] = [
      [refusedPort, 'SESSION_UNAVAILABLE', true],
      [changed({ hostname: 'no-such-host.invalid' }), 'SESSION_UNAVAILABLE', true],
      [changed({ pathname: '/no_such_database' }), 'SESSION_UNAVAILABLE', false],
    ]
    for (const [wrong, code, retryable] of cases) {
      await using store = new SQLStore({ url: wrong, busyTimeoutMs: 200 })
      for (const work of [store.session('a').addItems([message('one')]), store.session('a').getItems()]) {
        const error = await failure(work)
        expect({ wrong, code: error.code, retryable: error.retryable, ambiguous: error.ambiguous }).toEqual({
          wrong,
          code,
          retryable,
          ambiguous: false,
        })
      }
    }
  })

  it('TLS that a server does not have is not to be asked for again', async () => {
    const sequelize = openSequelize(await database(), {
      logging: false,
      dialectOptions: { ssl: { rejectUnauthorized: true } },
    })
    await using store = new SQLStore({ sequelize, retries: 1_000 })
    const error = await failure(store.session('a').addItems([message('one')]))
    expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: false, ambiguous: false })
    expect(error.message).toMatch(/TLS/)
    await sequelize.close()
  })

  it('connections that the server closed while nobody used them cost no ambiguity', async () => {
    const url = await database()
    const admin = new Admin(url)
    await using store = new SQLStore({ url, createTables: true })
    const ids = ['a', 'b', 'c', 'd']
    for (let round = 0; round < 5; round++) {
      await Promise.all(ids.map((id) => store.session(id).addItems([message(`${round}`)])))
      await end(admin)
      // Noticed or not: what is said is true.
      const error = await store
        .session('a')
        .addItems([message('after')])
        .then(
          () => undefined,
          (reason) => reason,
        )
      if (error !== undefined) expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: true })
    }
    await admin.close()
  })
})

/** Closes the connections of the stores, and waits until they are. */
async function end(admin: Admin): Promise<void> {
  if (admin.isPostgres) {
    return admin.execute(
      `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
       WHERE application_name = '@sessions/sql' AND datname = current_database()`,
    )
  }
  const rows = await admin.select<{ id: number }>(
    'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
  )
  for (const { id } of rows) await admin.execute(`KILL ${id}`)
  const left = `SELECT 1 FROM information_schema.processlist WHERE id IN (0, ${rows.map(({ id }) => id).join(', ')})`
  await expect.poll(() => admin.select(left)).toEqual([])
}

describe('what the drivers say of a connection that they found closed, before they send anything', () => {
  const rejected = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    )

  it('is known for that by pg', async () => {
    const client = new pg.Client({ connectionString: await postgres.createDatabase() })
    await client.connect()
    client.on('error', () => undefined)
    await client.end()
    const broken = new pg.Client({ connectionString: await postgres.createDatabase() })
    await broken.connect()
    broken.on('error', () => undefined)
    const gone = new Promise((resolve) => broken.once('end', resolve))
    broken.query('SELECT pg_terminate_backend(pg_backend_pid())').catch(() => undefined)
    await gone
    for (const each of [client, broken]) await isKnown(await rejected(each.query('SELECT 1')))
  })

  it('is known for that by mariadb', async () => {
    const url = new URL(await mariadb.createDatabase())
    const connection = await createMariaDB({ host: url.hostname, port: Number(url.port), user: url.username })
    connection.on('error', () => undefined)
    await connection.end()
    await isKnown(await rejected(connection.query('SELECT 1')))
    await isKnown(await rejected(connection.prepare('SELECT 1')))
  })

  it('is known for that by mysql2', async () => {
    const connection = createMySQL2((await mariadb.createDatabase()).replace('mariadb:', 'mysql:'))
    connection.on('error', () => undefined)
    await new Promise((resolve) => connection.end(resolve))
    await isKnown(await rejected(connection.promise().query('SELECT 1')))
  })

  async function isKnown(error: unknown): Promise<void> {
    expect(isUnsent(error)).toBe(true)
    expect(mapError(error)).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: true, ambiguous: false })
  }
})

it.each(Object.entries(sqliteCodes))('%s of SQLite means what the table says', (code, [meant, , options]) => {
  const error = mapError(Object.assign(new Error(code), { code }))
  const retryable = options?.retryable ?? sessionErrorCodes[meant].retryable
  expect(error).toMatchObject({ code: meant, retryable, ambiguous: false })
})
