import { SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { message } from './support/failure.ts'

const [postgres, mariadb, mysql] = [await startPostgres(), await startMariaDB(), await startMySQL()]
afterAll(() => Promise.all([postgres, mariadb, mysql].map((server) => server?.stop())))
const item = message('hello')
const transaction = { type: 'append_items' as const, items: [item] }

describe.each([
  ['pg', () => postgres.createDatabase()],
  ['mariadb', () => mariadb.createDatabase()],
  ['mysql2', async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:')],
  ...(mysql ? [['MySQL', () => mysql.createDatabase()] as const] : []),
] as const)('through %s', (_, database) => {
  let url = ''
  let admin: Admin
  let mortal: SQLStore
  let immortal: SQLStore

  beforeEach(async () => {
    url = await database()
    admin = new Admin(url)
    mortal = new SQLStore({ url, createTables: true, ttl: 60 })
    immortal = new SQLStore({ url, createTables: true })
    return async () => {
      await Promise.all([mortal.close(), immortal.close(), admin.close()])
    }
  })

  async function counts(): Promise<number[]> {
    const tables = ['agent_sessions', 'agent_messages', 'agent_sessions_operations', 'agent_sessions_metadata']
    return Promise.all(tables.map(async (table) => (await admin.select(`SELECT 1 FROM ${table}`)).length))
  }

  async function listed(store: SQLStore): Promise<string[]> {
    const ids = []
    for await (const { sessionId } of store.listSessions()) ids.push(sessionId)
    return ids
  }

  it('a ttl holds for every store, whatever its own', async () => {
    await mortal.session('a').addItems([item])
    await immortal.session('b').addItems([item])
    await admin.moveBack(61_000)
    for (const store of [mortal, immortal]) {
      expect(await store.session('a').getItems()).toEqual([])
      expect(await store.session('a').getItems(5)).toEqual([])
      expect(await store.getSessionInfo('a')).toBeUndefined()
      expect(await store.session('a').popItem()).toBeUndefined()
      const items = []
      for await (const each of store.session('a').items()) items.push(each)
      expect(items).toEqual([])
      expect(await listed(store)).toEqual(['b'])
      expect(await store.session('b').getItems()).toEqual([item])
    }
    expect(await immortal.deleteSession('a')).toBe(false)
  })

  it('a store without a ttl keeps that of the session, counted from each write of any kind', async () => {
    await mortal.session('a').addItems([item])
    const writes = [
      () => immortal.session('a').addItems([item]),
      () => immortal.session('a').setMetadata({ key: 'value' }),
      () => immortal.session('a').popItem(),
      () => immortal.session('a').replaceHistoryWithCompaction([item]),
      () => immortal.session('a').applyHistoryTransaction({ operationId: 'op', transaction }),
    ]
    for (const write of writes) {
      await admin.moveBack(50_000)
      await write()
      const info = await immortal.getSessionInfo('a')
      expect(Number(info?.expiresAt) - Number(info?.updatedAt)).toBe(60_000)
    }
    await admin.moveBack(50_000)
    expect(await immortal.session('a').getItems()).toEqual([item, item])
    await admin.moveBack(11_000)
    expect(await immortal.session('a').getItems()).toEqual([])
  })

  it('a session whose time is over begins anew: nothing of before is in it', async () => {
    await mortal.session('a').addItems([item, item])
    await mortal.session('a').setMetadata({ key: 'value' })
    await mortal.session('a').applyHistoryTransaction({ operationId: 'op', transaction })
    await admin.moveBack(61_000)
    const begun = Date.now() - 10_000
    await immortal.session('a').applyHistoryTransaction({ operationId: 'op', transaction })
    expect(await immortal.session('a').getItems()).toEqual([item])
    const info = await immortal.session('a').info()
    expect(info?.metadata).toBeUndefined()
    expect(info?.expiresAt).toBeUndefined()
    expect(Number(info?.createdAt)).toBeGreaterThan(begun)
    expect(await counts()).toEqual([1, 1, 1, 0])

    await mortal.session('b').addItems([item, item])
    await admin.moveBack(61_000)
    // By one statement where there is one, by many at once.
    await Promise.all(Array.from({ length: 8 }, () => mortal.session('b').addItems([item])))
    expect(await mortal.session('b').getItems()).toHaveLength(8)
  })

  it('a ttl is forgotten with the session', async () => {
    await mortal.session('a').addItems([item])
    await mortal.session('a').clearSession()
    await immortal.session('a').addItems([item])
    expect((await immortal.getSessionInfo('a'))?.expiresAt).toBeUndefined()
  })

  it('a purge leaves nothing on the disk, and what has no ttl alone', async () => {
    const ids = Array.from({ length: 220 }, (_, index) => `m${index}`)
    for (const id of ids) await mortal.session(id).addItems([item])
    await mortal.session('m0').setMetadata({ userId: 'u1' })
    await mortal.session('m0').applyHistoryTransaction({ operationId: 'op', transaction })
    await immortal.session('kept').addItems([item])
    await admin.moveBack(61_000)
    await mortal.session('young').addItems([item])
    expect(await immortal.purgeExpired()).toBe(220)
    expect(await immortal.purgeExpired()).toBe(0)
    expect(await counts()).toEqual([2, 2, 0, 0])
    await admin.moveBack(61_000)
    // Deleting others clears it away too, and does not count it.
    expect(await immortal.deleteSessions({ prefix: 'nobody' })).toBe(0)
    expect(await counts()).toEqual([1, 1, 0, 0])
  })

  it('operations of ours are forgotten an hour later, two at each later one; that of a caller is still known', async () => {
    const retrying = new SQLStore({ url, createTables: true, retries: 3 })
    const session = retrying.session('a')
    await session.applyHistoryTransaction({ operationId: 'of the caller', transaction })
    await session.addItems([item])
    await session.addItems([item])
    await session.setMetadata({ key: 'value' })
    await session.popItem()
    const operations = async (): Promise<string[]> => {
      const rows = await admin.select<{ operation_id: string }>('SELECT operation_id FROM agent_sessions_operations')
      return rows.map((row) => row.operation_id)
    }
    expect(await operations()).toHaveLength(5)
    const back = admin.isPostgres ? "forget_at - interval '59 minutes'" : 'forget_at - INTERVAL 59 MINUTE'
    await admin.execute(`UPDATE agent_sessions_operations SET forget_at = ${back}`)
    await session.addItems([item])
    expect(await operations()).toHaveLength(6)
    await admin.execute(`UPDATE agent_sessions_operations SET forget_at = ${back}`)
    await session.addItems([item])
    expect(await operations()).toHaveLength(5)
    await session.addItems([item])
    expect(await operations()).toHaveLength(4)
    expect(await operations()).toContain('of the caller')
    await admin.execute(`UPDATE agent_sessions_operations SET forget_at = ${back}`)
    await admin.execute(`UPDATE agent_sessions_operations SET forget_at = ${back}`)
    await session.setMetadata({ key: 'other' })
    expect(await operations()).toHaveLength(3)
    expect(await operations()).toContain('of the caller')
    // It is still known.
    const before = await session.getItems()
    await session.applyHistoryTransaction({ operationId: 'of the caller', transaction })
    expect(await session.getItems()).toEqual(before)
    await retrying.close()
  })
})
