import { setTimeout as sleep } from 'node:timers/promises'
import { SessionError } from '@sessions/core'
import { ManualClock } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'
import { rounds } from '@sessions/test-servers'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { Child } from './support/child.ts'
import { temporaryFile } from './support/folder.ts'

const leaseMs = 300

describe('a session that is held', () => {
  it('by 8 processes in turn, each with many who wait, loses no update of a counter', async () => {
    const path = temporaryFile()
    const waiters = rounds(50, 4)
    const children = Array.from({ length: 8 }, () => new Child('count.ts', [path, String(waiters)]))
    await Promise.all(children.map((child) => child.next()))
    for (const child of children) child.tell('go')
    await Promise.all(children.map((child) => child.next()))
    await using store = new SQLiteStore({ path })
    const items = await store.session<{ count: number }>('counter').getItems()
    expect(items.map(({ count }) => count)).toEqual(Array.from({ length: 8 * waiters }, (_, index) => index + 1))
    expect(await store.leaseOf('counter')).toBeUndefined()
  })

  it('by a process that was stopped past its lease is not written by it again', async () => {
    const path = temporaryFile()
    const holder = new Child('hold.ts', [path, String(leaseMs)])
    expect(await holder.next()).toBe('ready')
    await using store = new SQLiteStore({ path, busyTimeoutMs: leaseMs })
    const session = store.session<{ round: string }>('held')
    for (let round = 0; round < rounds(200, 3); round++) {
      holder.tell(`${round}`)
      expect(await holder.next()).toBe('held')
      await sleep(Math.random() * 40)
      await stopOutsideOfAWrite(holder, store)
      await using taken = await session.acquire({ waitMs: 60_000 })
      await taken.session.addItems([{ round: 'taken' }])
      holder.signal('SIGCONT')
      const { written, code, aborted } = await holder.next<{ written: number; code: string; aborted: boolean }>()
      expect([code, aborted]).toEqual(['SESSION_LEASE_LOST', true])
      const items = await session.getItems(written + 1)
      expect(items.map((item) => item.round)).toEqual([...Array(written).fill(`${round}`), 'taken'])
    }
  })

  it('by a process that was killed is free when its lease is over, and its lease is forgotten', async () => {
    const path = temporaryFile()
    const clock = new ManualClock()
    await using later = new SQLiteStore({ path, clock })
    await using store = new SQLiteStore({ path })
    const session = store.session('held')
    for (let round = 0; round < 3; round++) {
      const holder = new Child('hold.ts', [path, String(leaseMs)])
      await holder.next()
      holder.tell(`${round}`)
      await holder.next()
      holder.signal('SIGKILL')
      await holder.ended()
      if (round < 2) {
        await session.exclusive(({ session: held }) => held.addItems([{ role: 'user', content: `${round}` }]))
      }
    }
    const leases = (): unknown => {
      const database = new Database(path, { readonly: true })
      const count = database.prepare('SELECT count(*) FROM agent_sessions_leases').pluck().get()
      database.close()
      return count
    }
    expect(leases()).toBe(1)
    await later.purgeExpired()
    expect(leases()).toBe(1)
    clock.advance(86_400_000)
    await later.purgeExpired()
    expect(leases()).toBe(0)
  })
})

/** A process that is stopped while it holds the lock of the file keeps everybody out until it goes on. */
async function stopOutsideOfAWrite(holder: Child, store: SQLiteStore): Promise<void> {
  for (;;) {
    holder.signal('SIGSTOP')
    try {
      await store.session('probe').addItems([{ role: 'user', content: 'probe' }])
      return
    } catch (error) {
      if (!(error instanceof SessionError && error.code === 'SESSION_BUSY')) throw error
      holder.signal('SIGCONT')
      await sleep(Math.random() * 10)
    }
  }
}
