import { randomBytes, randomUUID } from 'node:crypto'
import type { SessionStore } from '@sessions/core'
import { copySessions } from '@sessions/core/operations'
import { EncryptedStore } from '@sessions/encrypted'
import { startPostgres, startRedis } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { runKilledAfter } from './child-process.ts'
import { openPlace, type Place } from './moved-places.ts'
import { digests, fill } from './moved-sessions.ts'
import type { ChangeUntilKilledInput, Key } from './programs/change-until-killed.ts'
import { temporaryFile } from './temporary-file.ts'

const isLong = process.env.SESSIONS_TEST_FAULTS === 'all'
/** In all, 50 of each: a test of so many kills would outlast its time on a slow machine. */
const [parts, rounds] = isLong ? [10, 5] : [1, 1]
const sessions = isLong ? 120 : 45

const [postgres, redis] = await Promise.all([startPostgres(), startRedis({ own: true })])
afterAll(() => Promise.all([postgres.stop(), redis.stop()]))

const places = {
  SQLite: async (): Promise<Place> => ({ path: temporaryFile('changed.db') }),
  Postgres: async (): Promise<Place> => ({ database: await postgres.createDatabase() }),
  Redis: async (): Promise<Place> => ({ redis: redis.url, keyPrefix: randomUUID() }),
}

/** How much of the work is done in what a moment can be, at most: learnt from those before. */
class Moment {
  #most = 100

  /** Every second one at once after it has begun: on no machine is it done by then. */
  of(attempt: number): number {
    return attempt % 2 === 1 ? 0 : Math.random() * this.#most
  }

  learn(wasDone: boolean): void {
    this.#most *= wasDone ? 0.7 : 1.2
  }
}

const kinds = ['rekey', 'prune'] as const
/** Otherwise one of each: the command's own tests kill both on SQLite. */
const tried = isLong ? { SQLite: kinds, Postgres: kinds, Redis: kinds } : { Postgres: ['rekey'], Redis: ['prune'] }

describe.each(Object.entries(tried) as [keyof typeof places, typeof kinds][])('on %s', (name, some) => {
  it.each(Array.from({ length: parts }, () => some).flat())(
    `%s ends right where it was killed, ${rounds} times, with nothing ever half there`,
    async (kind) => {
      const [old, fresh] = ['old', 'fresh'].map((id) => ({ id, key: randomBytes(32).toString('base64') })) as [Key, Key]
      await using source = await openPlace(await places.SQLite())
      await fill(kind === 'rekey' ? new EncryptedStore({ store: source, keys: [old] }) : source, sessions)
      // A third of them is older.
      const before = Date.UTC(2026, 0) + (sessions / 3) * 60_000
      const moment = new Moment()
      let killed = 0
      for (let attempt = 0; killed < rounds && attempt < 20 * rounds; attempt++) {
        const at = await places[name]()
        await using store = await openPlace(at)
        await copySessions(source, store)
        const readers = (...keys: Key[]): SessionStore =>
          kind === 'rekey' ? new EncryptedStore({ store, keys }) : store
        const wanted = await digests(readers(old))
        expect(wanted.size).toBe(sessions)
        const input: ChangeUntilKilledInput = { kind, at, keys: [fresh, old], before }
        const wasKilled = await runKilledAfter('change-until-killed', input, moment.of(attempt))
        moment.learn(!wasKilled)
        if (!wasKilled) continue
        const left = await digests(readers(fresh, old))
        for (const [id, digest] of left) expect([id, digest]).toEqual([id, wanted.get(id)])
        if (kind === 'rekey') {
          expect(left.size).toBe(sessions)
          const { items } = await new EncryptedStore({ store, keys: [fresh, old] }).rotateKeys()
          if (items > 0) killed++
          expect(await digests(readers(fresh))).toEqual(wanted)
        } else {
          const young = Math.ceil((sessions * 2) / 3) + 1
          // One that was done before proves nothing.
          if (left.size > young) killed++
          expect(await store.deleteSessions({ updatedBefore: new Date(before) })).toBe(left.size - young)
          expect([...(await digests(store)).keys()]).toEqual([...wanted.keys()].slice(0, young))
        }
      }
      expect(killed).toBe(rounds)
    },
  )
})
