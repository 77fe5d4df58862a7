import { ManualClock } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { temporaryFile } from './support/folder.ts'

describe('leases', () => {
  it('stay where Python clears the session, and where it is deleted, until they are long over', async () => {
    const path = temporaryFile()
    const clock = new ManualClock()
    await using store = new SQLiteStore({ path, clock })
    const held = await store.session('a').acquire()
    await held.session.addItems([{ role: 'user', content: '1' }])
    const database = new Database(path)
    database.exec(
      "DELETE FROM agent_messages WHERE session_id = 'a'; DELETE FROM agent_sessions WHERE session_id = 'a'",
    )
    await held.session.addItems([{ role: 'user', content: '2' }])
    expect(await held.session.getItems()).toEqual([{ role: 'user', content: '2' }])
    await store.deleteSession('a')
    await held.session.addItems([{ role: 'user', content: '3' }])
    clock.advance(120_000)
    await store.deleteSession('a')
    expect(database.prepare('SELECT count(*) FROM agent_sessions_leases').pluck().get()).toBe(0)
    database.close()
    const lost = await held.session.addItems([{ role: 'user', content: '4' }]).catch((error: unknown) => error)
    expect(lost).toMatchObject({ code: 'SESSION_LEASE_LOST' })
    await held.release()
  })

  it('are not forgotten while others wait in line', async () => {
    const clock = new ManualClock()
    await using store = new SQLiteStore({ clock })
    const row = { version: '1', token: null, until: 0, waiting: '[["b",1]]' }
    await store.records.lease('a', { expect: null, row })
    await store.purgeExpired()
    expect(await store.records.lease('a')).toMatchObject({ version: '1', token: null, waiting: '[["b",1]]' })
    expect(await store.leaseOf('a')).toBeUndefined()
    clock.advance(61_000)
    await store.purgeExpired()
    expect((await store.records.lease('a')).version).toBeNull()
  })

  it('are asked for by those who wait without the lock of the file', async () => {
    const path = temporaryFile()
    await using store = new SQLiteStore({ path, busyTimeoutMs: 30 })
    await using held = await store.session('a').acquire()
    const database = new Database(path)
    database.exec('BEGIN IMMEDIATE')
    await expect(store.session('a').acquire({ whenBusy: 'reject' })).rejects.toMatchObject({ code: 'SESSION_IN_USE' })
    const row = { version: '1', token: 'b', leaseMs: 1_000, waiting: '' }
    expect(await store.records.lease('a', { expect: null, row })).toMatchObject({ swapped: false })
    await expect(store.session('b').acquire({ waitMs: 100 })).rejects.toMatchObject({ code: 'SESSION_BUSY' })
    database.exec('COMMIT')
    database.close()
    await held.session.addItems([{ role: 'user', content: '1' }])
  })
})
