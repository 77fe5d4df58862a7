import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { copySessions, exportSessions, importSessions, linesOf, verifySessions } from '@sessions/core/operations'
import { startPostgres, startRedis } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { runKilled } from './child-process.ts'
import { openPlace, type Place } from './moved-places.ts'
import { digests, fill } from './moved-sessions.ts'
import type { MoveUntilKilledInput } from './programs/move-until-killed.ts'
import { temporaryFile } from './temporary-file.ts'

const isLong = process.env.SESSIONS_TEST_FAULTS === 'all'
/** In all, 50 of each: a test of so many kills would outlast its time on a slow machine. */
const [parts, rounds] = isLong ? [10, 5] : [1, 1]
const sessions = isLong ? 200 : 60
/** Of the batches of 100 sessions or 1,000 records there are a few more. */
const lastBatch = isLong ? 6 : 2

const [postgres, redis] = await Promise.all([startPostgres(), startRedis({ own: true })])
afterAll(() => Promise.all([postgres.stop(), redis.stop()]))

const places = {
  SQLite: async (): Promise<Place> => ({ path: temporaryFile('moved.db') }),
  Postgres: async (): Promise<Place> => ({ database: await postgres.createDatabase() }),
  Redis: async (): Promise<Place> => ({ redis: redis.url, keyPrefix: randomUUID() }),
}

describe.each([
  ['SQLite', 'Postgres'],
  ['Postgres', 'Redis'],
  ['Redis', 'SQLite'],
] as const)('from %s to %s', async (from, to) => {
  it.each(Array.from({ length: parts }, () => ['copy', 'import'] as const).flat())(
    `%s ends right where it was killed, ${rounds} times, with nothing ever half there`,
    async (kind) => {
      const source = await places[from]()
      await using store = await openPlace(source)
      await fill(store, sessions)
      const wanted = await digests(store)
      expect(wanted.size).toBe(sessions)
      const file = temporaryFile('export.jsonl')
      await writeFile(file, exportSessions(store))
      let killed = 0
      for (let attempt = 0; killed < rounds && attempt < 20 * rounds; attempt++) {
        const target = await places[to]()
        // Every second one at once after its first batch: on no machine is it done by then.
        const isEarly = attempt % 2 === 1
        const batches = isEarly ? 1 : 1 + Math.floor(Math.random() * lastBatch)
        const input: MoveUntilKilledInput = { to: target, batches, afterMs: isEarly ? 0 : Math.random() * 5, file }
        if (kind === 'copy') input.from = source
        await using moved = await openPlace(target)
        const wasKilled = await runKilled('move-until-killed', input)
        const left = await digests(moved)
        // One that was done before proves nothing.
        if (!wasKilled || left.size === sessions) continue
        killed++
        for (const [id, digest] of left) expect([id, digest]).toEqual([id, wanted.get(id)])
        const again =
          kind === 'copy'
            ? await copySessions(store, moved)
            : await importSessions(moved, () => linesOf(createReadStream(file)))
        expect(again).toMatchObject({ equal: left.size, created: sessions - left.size, completed: 0, replaced: 0 })
        expect(await digests(moved)).toEqual(wanted)
        for await (const finding of verifySessions(moved)) expect(finding).toBeUndefined()
      }
      expect(killed).toBe(rounds)
    },
  )
})
