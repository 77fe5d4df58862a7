import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { SQLSession, SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres, startProxy } from '@sessions/test-servers'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { failure, message } from './support/failure.ts'
import { openSequelize } from './support/sequelize.ts'

const [postgres, mariadb, mysql] = [await startPostgres(), await startMariaDB(), await startMySQL()]
afterAll(() => Promise.all([postgres, mariadb, mysql].map((server) => server?.stop())))

/** In every item, and in every url as the password. */
const secret = 'the-secret'
const secretItems = Array.from({ length: 3 }, (_, index) => message(`${secret} ${index} ${'x'.repeat(50)}`))

/** All that a program could print of an error, its causes included. */
function printed(error: unknown): string {
  const parts: string[] = []
  for (let each = error; each instanceof Error; each = each.cause) {
    parts.push(
      each.message,
      String(each.stack),
      String(each),
      JSON.stringify(each),
      JSON.stringify(each, allNames(each)),
    )
  }
  return [...parts, inspect(error, { depth: 10, showHidden: true })].join('\n')
}

function allNames(object: object): string[] {
  return Object.getOwnPropertyNames(object)
}

const servers = [
  { name: 'pg', database: () => postgres.createDatabase() },
  { name: 'mariadb', database: () => mariadb.createDatabase() },
  { name: 'mysql2', database: async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:') },
  ...(mysql ? [{ name: 'MySQL', database: () => mysql.createDatabase() }] : []),
]

describe.each(servers)('through $name', ({ name, database }) => {
  const isPostgres = name === 'pg'
  let url = ''
  let admin: Admin

  /** The same user with a password, which a server of the tests does not ask for on Postgres. */
  async function withPassword(): Promise<string> {
    if (isPostgres) return Object.assign(new URL(url), { password: secret }).href
    await admin.execute("DROP USER IF EXISTS 'secretive'@'%'")
    await admin.execute(`CREATE USER 'secretive'@'%' IDENTIFIED BY '${secret}'`)
    await admin.execute("GRANT ALL ON *.* TO 'secretive'@'%'")
    return Object.assign(new URL(url), { username: 'secretive', password: secret }).href
  }

  beforeEach(async () => {
    url = await database()
    admin = new Admin(url)
    return () => admin.close()
  })

  /** Writes the secret in each way that there is; each must fail, and none may tell it. */
  async function tellsNothing(store: SQLStore, codes: readonly string[] = ['SESSION_BACKEND']): Promise<void> {
    const events: unknown[] = []
    const listen = (event: unknown): void => void events.push(event)
    subscribe('tracing:sessions:call:asyncEnd', listen)
    const session = store.session('s')
    const works = [
      () => session.addItems(secretItems),
      () => session.addItems(secretItems.slice(0, 1)),
      () => session.replaceHistoryWithCompaction(secretItems),
      () =>
        session.applyHistoryTransaction({
          operationId: 'op',
          transaction: { type: 'append_items', items: secretItems },
        }),
    ]
    for (const work of works) {
      const error = await failure(work())
      expect(codes).toContain(error.code)
      expect(error.cause).toBeInstanceOf(Error)
      expect(printed(error)).not.toContain(secret)
    }
    unsubscribe('tracing:sessions:call:asyncEnd', listen)
    expect(events.length).toBeGreaterThan(0)
    expect(inspect(events, { depth: 10 })).not.toContain(secret)
    expect(await session.getItems()).toEqual([])
  }

  it.each([undefined, 'AB123'])(
    'a trigger that quotes the row tells nobody else, under the state %s',
    async (state) => {
      await using store = new SQLStore({ url: await withPassword(), createTables: true })
      await store.session('s').getItems()
      await admin.refuseMessages(secret, state)
      await tellsNothing(store)
    },
  )

  it('a violated constraint on the data tells nothing', async () => {
    await using store = new SQLStore({ url: await withPassword(), createTables: true })
    await store.session('s').getItems()
    await admin.execute(`ALTER TABLE agent_messages ADD CONSTRAINT short CHECK (length(message_data) < 20)`)
    await tellsNothing(store)
  })

  it('data that is too long for a column tells nothing', async () => {
    await using store = new SQLStore({ url: await withPassword(), createTables: true })
    await store.session('s').getItems()
    const column = isPostgres
      ? 'ALTER COLUMN message_data TYPE VARCHAR(10)'
      : 'MODIFY message_data VARCHAR(10) NOT NULL'
    await admin.execute(`ALTER TABLE agent_messages ${column}`)
    await tellsNothing(store)
  })

  it('data that a column cannot take tells nothing', async () => {
    await using store = new SQLStore({ url: await withPassword(), createTables: true })
    await store.session('s').getItems()
    const type = isPostgres ? 'ALTER COLUMN message_data TYPE INTEGER USING 0' : 'MODIFY message_data INTEGER NOT NULL'
    await admin.execute(`ALTER TABLE agent_messages ${type}`)
    await tellsNothing(store)
  })

  it('a value that is there already tells nothing', async () => {
    await using store = new SQLStore({ url: await withPassword(), createTables: true })
    await store.session('other').addItems(secretItems)
    await admin.execute(
      isPostgres
        ? 'CREATE UNIQUE INDEX once ON agent_messages (message_data)'
        : 'CREATE UNIQUE INDEX once ON agent_messages (message_data(200))',
    )
    await tellsNothing(store)
  })

  it('a connection that breaks, a server that is not there and refused credentials tell no password', async () => {
    const secretly = await withPassword()
    const { hostname, port } = new URL(url)
    const proxy = await startProxy({ host: hostname, port: Number(port) })
    await using store = new SQLStore({ url: proxy.url(secretly), createTables: true })
    await store.session('s').getItems()
    const cut = proxy.cutRequest((bytes) => bytes.includes(secret))
    const error = await failure(store.session('s').addItems(secretItems))
    await cut
    expect(error.code).toBe('SESSION_UNAVAILABLE')
    expect(printed(error)).not.toContain(secret)
    await proxy.stop()

    const changes = [{ port: '1' }, { hostname: 'nowhere.invalid' }, { pathname: '/nobody_made_this' }]
    const wrong = isPostgres ? changes : [...changes, { password: `${secret}-which-is-wrong` }]
    for (const change of wrong) {
      await using unreachable = new SQLStore({ url: Object.assign(new URL(secretly), change).href })
      const refused = await failure(unreachable.session('s').addItems(secretItems))
      expect(refused.code).toBe('SESSION_UNAVAILABLE')
      expect(printed(refused)).not.toContain(secret)
    }
  })

  it('a store, a session and refused options show no password, and Sequelize logs no item', async () => {
    const secretly = await withPassword()
    const logged: unknown[] = []
    const sequelize = openSequelize(secretly, { logging: (...parts) => logged.push(parts), logQueryParameters: true })
    await using own = new SQLStore({ url: secretly, createTables: true })
    await using session = new SQLSession({ sessionId: 's', url: secretly })
    await using borrowed = new SQLStore({ sequelize })
    await own.session('s').addItems(secretItems)
    await session.getItems()
    await borrowed.session('s').addItems(secretItems)
    await borrowed.session('s').popItem()
    for (const each of [own, session, borrowed]) {
      expect(inspect(each, { depth: 10, showHidden: true })).not.toContain(secret)
      expect(JSON.stringify(each)).not.toContain(secret)
    }
    expect(inspect(logged, { depth: 5 })).not.toContain(secretItems[0]?.content)
    const refused = [
      () => new SQLStore({ url: secretly, ttl: -1 }),
      () => new SQLStore({ url: secretly, sequelize }),
      () => new SQLStore({ url: `oracle://u:${secret}@h/d` }),
      () => new SQLStore({ url: `${secret}://u@h/d` }),
      () => new SQLStore({ url: secretly, [secretly.slice(0, 3)]: true } as never),
    ]
    for (const make of refused) {
      expect(make).toThrow()
      expect(make).not.toThrow(secret)
    }
    await sequelize.close()
  })
})
