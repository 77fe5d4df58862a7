import { SQLStore } from '@sessions/sql'
import { rounds, startMariaDB, startPostgres, startProxy, type TcpProxy } from '@sessions/test-servers'
import type { Sequelize } from 'sequelize'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { failure, message } from './support/failure.ts'
import { openSequelize } from './support/sequelize.ts'

const postgres = await startPostgres()
const mariadb = await startMariaDB({ settings: { innodb_lock_wait_timeout: '0' } })
const servers = [
  { name: 'pg', database: () => postgres.createDatabase() },
  { name: 'mariadb', database: () => mariadb.createDatabase() },
  { name: 'mysql2', database: async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:') },
]
afterAll(() => Promise.all([postgres.stop(), mariadb.stop()]))

/** What Sequelize does not tell in its types. */
interface Pool {
  size: number
  available: number
  using: number
  waiting: number
}

function poolOf(sequelize: Sequelize): Pool {
  return (sequelize as unknown as { connectionManager: { pool: Pool } }).connectionManager.pool
}

/** The only session whose calls are cut: a connection that the pool opens meanwhile, or closes, is left alone. */
const cutId = 'a session to be cut'
const isCut = (bytes: Buffer): boolean => bytes.includes(cutId)

interface Stores {
  readonly store: SQLStore
  /** Over the same pool, for what somebody keeps. */
  readonly impatient: SQLStore
}

/** Each kind of failure with the code that it must have. */
async function fails({ store, impatient }: Stores, proxy: TcpProxy, kind: number, sessionId: string): Promise<void> {
  const session = store.session(sessionId)
  const suffix = {
    type: 'replace_suffix' as const,
    expectedSuffix: [message('never there')],
    replacement: [message('new')],
  }
  if (kind === 0) {
    const error = await failure(session.addItems([message('refuse this')]))
    expect(error.code).toBe('SESSION_BACKEND')
  } else if (kind === 1) {
    const error = await failure(session.replaceHistoryWithCompaction([message('refuse this')]))
    expect(error.code).toBe('SESSION_BACKEND')
  } else if (kind === 2) {
    const error = await failure(session.applyHistoryTransaction({ operationId: 'op', transaction: suffix }))
    expect(error.code).toBe('SESSION_CONFLICT')
  } else if (kind === 3) {
    const error = await failure(impatient.session('locked').addItems([message('hello')]))
    expect(error.code).toBe('SESSION_BUSY')
  } else {
    const cut = proxy.cutAnswer(isCut)
    const error = await failure(kind === 4 ? session.getItems() : session.setMetadata({ key: 'value' }))
    expect(error.code).toBe('SESSION_UNAVAILABLE')
    await cut
  }
}

describe.each(servers)('with $name', ({ database }) => {
  it('no connection is missing after hundreds of failures of six kinds', async () => {
    const url = await database()
    const { hostname, port } = new URL(url)
    const proxy = await startProxy({ host: hostname, port: Number(port) })
    const admin = new Admin(url)
    const sequelize = openSequelize(proxy.url(url), { pool: { max: 3, acquire: 5_000 } })
    const store = new SQLStore({ sequelize, createTables: true })
    const stores: Stores = { store, impatient: new SQLStore({ sequelize, busyTimeoutMs: 5 }) }
    const ids = Array.from({ length: 16 }, (_, index) => `s${index}`)
    for (const id of ids) await store.session(id).addItems([message('one')])
    await store.session('locked').addItems([message('one')])
    await admin.refuseMessages('refuse')
    const foreign = openSequelize(url.replace('mariadb:', 'mysql:'))
    const transaction = await foreign.transaction()
    await foreign.query("UPDATE agent_sessions SET created_at = created_at WHERE session_id = 'locked'", {
      transaction,
    })

    // Many at once, so that the pool is used to its end, but those that are cut: nobody else may be cut instead.
    for (let round = 0; round < rounds(50, 15); round++) {
      await Promise.all(ids.map((id, index) => fails(stores, proxy, index % 4, id)))
      for (let cut = 0; cut < 4; cut++) await fails(stores, proxy, 4 + (cut % 2), cutId)
    }

    const pool = poolOf(sequelize)
    await expect.poll(() => pool.using).toBe(0)
    expect(pool.waiting).toBe(0)
    // One that is still being made counts too, until it is there or failed.
    await expect.poll(() => pool.size - pool.available).toBe(0)
    expect(pool.size).toBeLessThanOrEqual(3)
    await transaction.rollback()
    await Promise.all(Array.from({ length: 9 }, () => store.session('locked').addItems([message('two')])))
    expect(await store.session('locked').getItems()).toHaveLength(10)
    for (const id of ids) expect(await store.session(id).getItems()).toEqual([message('one')])
    await Promise.all([sequelize.close(), foreign.close(), admin.close()])
    await proxy.stop()
  })
})
