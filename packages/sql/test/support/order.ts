import { SQLStore } from '@sessions/sql'
import { rounds } from '@sessions/test-servers'
import { describe, expect, it } from 'vitest'
import { Admin } from './admin.ts'
import { message } from './failure.ts'
import { Writer } from './writer.ts'

interface MessageRow {
  id: string
  created_at: string
  message_data: string
}

const each = rounds(15, 5)

/** In the order of both columns; times as texts that sort as they do. */
async function rowsOf(admin: Admin): Promise<MessageRow[]> {
  const [id, at] = admin.isPostgres
    ? ['id::text', "to_char(created_at, 'YYYY-MM-DD HH24:MI:SS.US')"]
    : ['CAST(id AS CHAR)', 'CAST(created_at AS CHAR)']
  return admin.select<MessageRow>(
    `SELECT ${id} AS id, ${at} AS created_at, message_data FROM agent_messages m ORDER BY m.created_at, m.id`,
  )
}

function batchOf({ message_data }: MessageRow): string {
  const { content } = JSON.parse(message_data)
  return content.slice(0, content.lastIndexOf('/'))
}

/** One row of each batch, in their order; a batch that is torn comes twice. */
function batchesOf(rows: readonly MessageRow[]): MessageRow[] {
  return rows.filter((row, index) => index === 0 || batchOf(row) !== batchOf(rows[index - 1] ?? row))
}

/** That what is written in one session has one order, on a server or on a cluster of several urls. */
export function describeOrder(name: string, isOne: boolean, database: () => Promise<string[]>): void {
  describe(`on ${name}`, () => {
    it('times and ids agree with the order of commits while 8 processes append', async () => {
      const urls = await database()
      const admin = new Admin(urls[0] ?? '')
      await using stack = new AsyncDisposableStack()
      const writers: Writer[] = []
      for (let index = 0; index < 8; index++) {
        const url = urls[index % urls.length] ?? ''
        writers.push(stack.use(await Writer.start({ url, sessionId: 's', writer: `w${index}`, size: 3 })))
      }
      for (const writer of writers) writer.begin()
      const before = await rowsOf(admin)
      await Promise.all(writers.map((writer) => writer.acknowledge(each)))
      // What a reader has seen is what a later one sees first: nothing is put before it.
      const meanwhile = await rowsOf(admin)
      await Promise.all(writers.map((writer) => writer.acknowledge(each)))
      await Promise.all(writers.map((writer) => writer.end()))

      const rows = await rowsOf(admin)
      expect(rows.slice(0, before.length)).toEqual(before)
      expect(meanwhile.length).toBeGreaterThan(0)
      expect(rows.slice(0, meanwhile.length)).toEqual(meanwhile)
      const batches = batchesOf(rows)
      expect(batches).toHaveLength(rows.length / 3)
      const times = batches.map((row) => row.created_at)
      expect(new Set(times).size).toBe(times.length)
      for (const row of rows) expect(times).toContain(row.created_at)
      // Nodes of a cluster draw ids from numbers of their own.
      const ids = rows.map(({ id }) => Number(id))
      if (isOne) expect(ids).toEqual(ids.toSorted((a, b) => a - b))
      for (const writer of writers) {
        const own = batches.map(batchOf).filter((batch) => batch.startsWith(`${writer.name}/`))
        expect(own).toEqual(writer.acknowledged.map((batch) => `${writer.name}/${batch}`))
      }
      await admin.close()
    })

    it('order outlives a clock that went back by an hour', async () => {
      const urls = await database()
      const admin = new Admin(urls[0] ?? '')
      await using store = new SQLStore({ url: urls[0] ?? '', createTables: true })
      const session = store.session<{ content: string }>('s')
      await session.addItems([message('0')])
      await admin.moveBack(-3_600_000)
      for (let index = 1; index <= 5; index++) {
        const before = await session.info()
        await session.addItems([message(`${index}`), message(`${index}b`)])
        if (index % 2 === 0) await session.setMetadata({ index })
        expect((await session.popItem())?.content).toBe(`${index}b`)
        expect(Number((await session.info())?.updatedAt)).toBeGreaterThan(Number(before?.updatedAt))
      }
      expect((await session.getItems()).map(({ content }) => content)).toEqual(['0', '1', '2', '3', '4', '5'])
      await admin.close()
    })

    it('64 first writes of one session from 8 stores at once all succeed', async () => {
      const urls = await database()
      // Another patience is another pool.
      const stores = Array.from({ length: 8 }, (_, index) => {
        return new SQLStore({ url: urls[index % urls.length] ?? '', createTables: true, busyTimeoutMs: 60_000 + index })
      })
      await Promise.all(stores.map((store) => store.session('other').getItems()))
      for (const sessionId of ['s', 't', 'u']) {
        const writes = Array.from({ length: 64 }, (_, index) => {
          const session = stores[index % 8]?.session(sessionId)
          return index % 8 === 7
            ? session?.setMetadata({ [`k${index}`]: index })
            : session?.addItems([message(`${index}`)])
        })
        await Promise.all(writes)
        const info = await stores[0]?.session(sessionId).info()
        expect(info?.itemCount).toBe(56)
        expect(Object.keys(info?.metadata ?? {})).toHaveLength(8)
      }
      await Promise.all(stores.map((store) => store.close()))
    })
  })
}
