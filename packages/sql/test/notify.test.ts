import { SessionError, type WatchEvent } from '@sessions/core'
import { SQLStore } from '@sessions/sql'
import { startPgBouncer, startPostgres } from '@sessions/test-servers'
import { afterAll, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { message } from './support/failure.ts'

const server = await startPostgres()
const url = await server.createDatabase()
const pooled = await startPgBouncer(await server.createDatabase())
afterAll(async () => {
  await pooled.stop()
  await server.stop()
})

const open = (options: { notify?: boolean } = { notify: true }): SQLStore =>
  new SQLStore({ url, createTables: true, ...options })

async function nextOf(events: AsyncIterator<WatchEvent, undefined>): Promise<WatchEvent | undefined> {
  return (await events.next()).value
}

it('tells a watch of every kind of write at once, instead of at its next look', async () => {
  await using watching = open()
  await using writing = open()
  const session = writing.session('told')
  await session.addItems([message('first')])
  const events = watching.session('told').watch({ after: null })[Symbol.asyncIterator]()
  await nextOf(events)
  const writes = [
    () => session.addItems([message('plain')]),
    () => session.exclusive(({ session: held }) => held.addItems([message('fenced')])),
    () => session.popItem(),
    () => session.replaceItems([message('other')]),
    () =>
      session.applyHistoryTransaction({
        operationId: 'a',
        transaction: { type: 'append_items', items: [message('b')] },
      }),
    () => session.clearSession(),
  ]
  const startedAt = performance.now()
  for (const write of writes) {
    const event = nextOf(events)
    await write()
    expect(await event).toBeDefined()
  }
  // A second each where nobody tells.
  expect(performance.now() - startedAt).toBeLessThan(writes.length * 500)
})

it('hears again after its connection was cut, and misses nothing of what came meanwhile', async () => {
  await using watching = open()
  await using writing = open()
  const session = writing.session('cut')
  await session.addItems([message('first')])
  const events = watching.session('cut').watch({ after: null })[Symbol.asyncIterator]()
  await nextOf(events)
  const admin = new Admin(url)
  await admin.select(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'",
  )
  const event = nextOf(events)
  await session.addItems([message('while deaf')])
  expect(await event).toMatchObject({ type: 'added', entries: [{ item: { content: 'while deaf' } }] })
  const listens = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
  await expect.poll(() => admin.select(listens)).toHaveLength(1)
  await admin.close()
})

it('gives its connection back with the last watch, and with the store', async () => {
  const store = open()
  const session = store.session('given back')
  const admin = new Admin(url)
  const listens = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
  await session.addItems([message('first')])
  for (let time = 0; time < 2; time++) {
    const events = session.watch({ after: null })[Symbol.asyncIterator]()
    await events.next()
    await events.return?.(undefined)
    await expect.poll(() => admin.select(listens)).toHaveLength(0)
  }
  // Nobody asks for what comes next any more.
  await session.watch({ after: null })[Symbol.asyncIterator]().next()
  await store.close()
  await expect.poll(() => admin.select(listens)).toHaveLength(0)
  await admin.close()
})

it('says that the history was rewritten where Python commits late, between what was given already', async () => {
  await using store = open({ notify: false })
  const session = store.session('late')
  await session.addItems([message('first')])
  await session.addItems([message('second')])
  const events = session.watch({ after: null })[Symbol.asyncIterator]()
  expect(await nextOf(events)).toMatchObject({ type: 'added' })
  const admin = new Admin(url)
  // The time of its transaction's start, the id of its statement.
  await admin.execute(
    `INSERT INTO agent_messages (session_id, message_data, created_at)
      SELECT 'late', '${JSON.stringify(message('late'))}', min(created_at) FROM agent_messages WHERE session_id = 'late'`,
  )
  const { entries } = await session.page()
  expect(entries.map(({ item }) => item)).toEqual([message('first'), message('late'), message('second')])
  expect(await nextOf(events)).toEqual({ type: 'rewritten', newest: entries.at(-1)?.id })
  await admin.close()
})

it('is refused behind a pooler that shares connections, and by other databases', async () => {
  await using store = new SQLStore({ url: pooled.url, createTables: true, notify: true })
  const events = store.session('s').watch()[Symbol.asyncIterator]()
  const error = await events.next().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(SessionError)
  expect(error).toMatchObject({ code: 'SESSION_UNSUPPORTED', message: expect.stringContaining('PgBouncer') })
  expect(() => new SQLStore({ url: 'mariadb://localhost/x', notify: true })).toThrow('notify is for postgres alone.')
})

it('gives every entry once and in order to one who listens while Postgres restarts', async () => {
  await using own = await startPostgres({ own: true })
  const options = { url: await own.createDatabase(), createTables: true, notify: true, retries: 10 }
  await using watching = new SQLStore(options)
  await using writing = new SQLStore(options)
  const session = writing.session('restarted')
  await session.addItems([message('0')])
  const seen: string[] = []
  const controller = new AbortController()
  const watch = async (): Promise<void> => {
    for await (const event of watching.session('restarted').watch({ after: null, signal: controller.signal })) {
      if (event.type === 'rewritten') throw new Error('rewritten')
      seen.push(...event.entries.map(({ item }) => String((item as { content: string }).content)))
    }
  }
  const watched = watch().catch((error: unknown) => error)
  const written = ['0']
  for (let restart = 0; restart < 2; restart++) {
    for (let index = 0; index < 5; index++) {
      const content = String(written.length)
      await session.addItems([message(content)])
      written.push(content)
    }
    await expect.poll(() => seen).toEqual(written)
    await own.stopImmediately()
    await own.start()
  }
  await session.addItems([message('last')])
  await expect.poll(() => seen).toEqual([...written, 'last'])
  controller.abort(new Error('enough'))
  expect(await watched).toMatchObject({ message: 'enough' })
})
