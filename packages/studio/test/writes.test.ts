import { MemoryStore, type StoredSession } from '@sessions/core'
import { importSessions } from '@sessions/core/operations'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Studio } from '../src/server/listen.ts'
import type { SessionDetail } from '../src/shared/api.ts'
import type { RewindPlan } from '../src/shared/doing.ts'
import { ask, cookieOf, get, post } from './support/ask.ts'
import { studioOf } from './support/studio.ts'

const store = new MemoryStore()
let studio: Studio
beforeAll(async () => {
  studio = await studioOf(store, { writes: true })
})
afterAll(() => studio[Symbol.asyncDispose]())

let session: StoredSession
let ids: string[]
beforeEach(async () => {
  await store.deleteSession('s')
  session = store.session('s')
  await session.setMetadata({ userId: 'ada', usage: { version: 1 } })
  await session.addItems([
    { role: 'user', content: 'one' },
    { type: 'function_call', callId: 'c', name: 'look', arguments: '{}', status: 'completed' },
    { type: 'function_call_result', callId: 'c', name: 'look', output: 'two', status: 'completed' },
    { role: 'user', content: 'three' },
  ])
  ids = (await session.page()).entries.map(({ id }) => id)
})

async function plan(entry = ids[1]): Promise<RewindPlan> {
  return await get(studio, `/api/rewind?id=s&entry=${entry}`)
}

async function detail(): Promise<SessionDetail> {
  return await get(studio, '/api/session?id=s')
}

/** Everything of the store. */
async function all(): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const { sessionId, metadata } of store.listSessions())
    found.push([sessionId, metadata, await store.session(sessionId).getItems()])
  return found
}

/** What each asks, as the page would. */
async function asked(): Promise<Record<string, object>> {
  const { updatedAt } = (await detail()).session
  return {
    fork: { id: 's', to: 'forked' },
    rewind: { id: 's', entry: ids[1], newest: ids[3], removes: 2 },
    metadata: { id: 's', saw: { userId: 'ada' }, metadata: { userId: 'eve' } },
    delete: { id: 's', updatedAt },
    export: { ids: ['s'] },
  }
}

describe('a write is refused, and changes nothing,', () => {
  it('from another page, without an Origin, under another name, without the cookie', async () => {
    const { origin, port } = new URL(studio.link)
    const cookie = await cookieOf(studio)
    const before = await all()
    const wrong: [Record<string, string>, number][] = [
      [{ cookie }, 403],
      [{ cookie, origin: 'null' }, 403],
      [{ cookie, origin: 'https://evil.example' }, 403],
      [{ cookie, origin: `http://127.0.0.1:${Number(port) + 1}` }, 403],
      [{ cookie, origin: `https://127.0.0.1:${port}` }, 403],
      [{ cookie, origin, 'sec-fetch-site': 'cross-site' }, 403],
      [{ cookie, origin, 'sec-fetch-site': 'same-site' }, 403],
      [{ cookie, origin: `http://evil.example:${port}`, host: `evil.example:${port}` }, 421],
      [{ origin }, 401],
      [{ origin, cookie: `${cookie}x` }, 401],
    ]
    for (const [name, body] of Object.entries(await asked())) {
      for (const [headers, expected] of wrong) {
        const sent = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } }
        const { status } = await ask(studio.link, `/api/${name}`, { ...sent, body: JSON.stringify(body) })
        expect([name, headers, status]).toEqual([name, headers, expected])
      }
    }
    expect(await all()).toEqual(before)
  })

  it('in another form than JSON, with what is not known, too large, or by another method', async () => {
    const headers = { origin: new URL(studio.link).origin, cookie: await cookieOf(studio) }
    const before = await all()
    const types = ['', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonp']
    for (const [name, body] of Object.entries(await asked())) {
      const path = `/api/${name}`
      const send = async (type: string, text: string, method = 'POST'): Promise<number> =>
        (await ask(studio.link, path, { method, body: text, headers: { ...headers, 'content-type': type } })).status
      for (const type of types) expect([name, type, await send(type, JSON.stringify(body))]).toEqual([name, type, 415])
      for (const text of ['', 'null', '[]', '{', JSON.stringify({ ...body, more: 1 }), '{}'])
        expect([name, text, await send('application/json', text)]).toEqual([name, text, 400])
      for (const part of Object.keys(body)) {
        const text = JSON.stringify({ ...body, [part]: [{}] })
        expect([name, text, await send('application/json', text)]).toEqual([name, text, 400])
      }
      expect(await send('application/json', JSON.stringify({ ...body, id: 'x'.repeat(4_000_001) }))).toBe(413)
      for (const method of ['PUT', 'PATCH', 'DELETE'])
        expect(await send('application/json', JSON.stringify(body), method)).toBe(405)
    }
    expect((await post(studio, 'sessions', {})).status).toBe(405)
    expect(await all()).toEqual(before)
  })

  it('while a run holds the session, and says until when; a fork only reads it', async () => {
    const requests = await asked()
    const before = await session.getItems()
    await session.exclusive(async () => {
      const until = (await store.leaseOf('s'))?.until.toJSON()
      for (const name of ['rewind', 'metadata', 'delete']) {
        const { status, body } = await post(studio, name, requests[name] ?? {})
        expect([name, status, body]).toEqual([name, 409, expect.stringContaining(`held until ${until}`)])
      }
      expect((await plan()).lease).toEqual({ until })
      expect((await post(studio, 'fork', requests.fork ?? {})).status).toBe(200)
      await store.session('new').exclusive(async () => {
        expect((await post(studio, 'fork', { id: 's', to: 'new' })).status).toBe(409)
      })
    })
    expect(await session.getItems()).toEqual(before)
    expect(await store.leaseOf('s')).toBeUndefined()
    await store.deleteSession('forked')
  })
})

it('rewinds by what the page saw, and not where the session moved on', async () => {
  expect(await plan()).toEqual({ removes: 2, unreadable: 0, unanswered: 1, next: ids[2], newest: ids[3] })
  const seen = { id: 's', entry: ids[1], newest: ids[3], removes: 2 }
  await session.addItems([{ role: 'user', content: 'four' }])
  const { status, body } = await post(studio, 'rewind', seen)
  expect([status, JSON.parse(body).error]).toEqual([
    409,
    expect.stringMatching(/2 entries were.* now there are 3\. Noth/),
  ])
  await session.popItem()
  expect((await post(studio, 'rewind', { ...seen, removes: 1 })).status).toBe(409)
  expect(await session.getItems()).toHaveLength(4)
  expect((await post(studio, 'rewind', seen)).status).toBe(200)
  expect((await session.page()).entries.map(({ id }) => id)).toEqual(ids.slice(0, 2))
  expect((await post(studio, 'rewind', { ...seen, entry: ids[3] })).status).toBe(409)
  expect((await plan()).removes).toBe(0)
})

it('removes nothing that it could not read', async () => {
  await store.records.commit('s', { append: ['{"role": broken'] })
  const { removes, unreadable, newest } = await plan()
  expect([removes, unreadable]).toEqual([3, 1])
  const { status, body } = await post(studio, 'rewind', { id: 's', entry: ids[1], newest, removes })
  expect([status, body]).toEqual([409, expect.stringContaining('cannot be read')])
  expect(await store.records.read('s')).toHaveLength(5)
})

it('forks up to an entry, under an id that nothing has', async () => {
  expect((await post(studio, 'fork', { id: 's', to: 'other', upTo: ids[2] })).status).toBe(200)
  expect(await store.session('other').getItems()).toEqual((await session.getItems()).slice(0, 3))
  expect(JSON.parse((await post(studio, 'fork', { id: 's', to: 'other' })).body).code).toBe('SESSION_EXISTS')
  expect((await post(studio, 'fork', { id: 's', to: 's' })).status).toBe(400)
  expect((await post(studio, 'fork', { id: 'nobody', to: 'third' })).status).toBe(409)
  expect((await post(studio, 'fork', { id: 's', to: 'third', upTo: 'gone' })).status).toBe(409)
  expect(await store.getSessionInfo('third')).toBeUndefined()
  await store.deleteSession('other')
})

it('changes the metadata that the page saw, and leaves what runs have cost', async () => {
  const seen = { id: 's', saw: { userId: 'ada' }, metadata: { plan: { days: [1, 2] } } }
  expect((await post(studio, 'metadata', { ...seen, metadata: { usage: 1 } })).status).toBe(400)
  await session.setMetadata({ plan: 'pro' })
  expect((await post(studio, 'metadata', seen)).status).toBe(409)
  await session.setMetadata({ plan: undefined })
  expect((await post(studio, 'metadata', seen)).status).toBe(200)
  expect((await session.info())?.metadata).toEqual({ plan: { days: [1, 2] }, usage: { version: 1 } })
  expect((await post(studio, 'metadata', { ...seen, id: 'nobody', saw: {} })).status).toBe(404)
  expect(await store.getSessionInfo('nobody')).toBeUndefined()
})

it('deletes a session that nobody changed since', async () => {
  const { updatedAt } = (await detail()).session
  await session.addItems([{ role: 'user', content: 'late' }])
  const { status, body } = await post(studio, 'delete', { id: 's', updatedAt })
  expect([status, body]).toEqual([409, expect.stringContaining('changed since')])
  expect((await post(studio, 'delete', { id: 's', updatedAt: 'soon' })).status).toBe(400)
  expect(await session.getItems()).toHaveLength(5)
  const now = { id: 's', updatedAt: (await detail()).session.updatedAt }
  expect((await post(studio, 'delete', now)).status).toBe(200)
  expect(await store.getSessionInfo('s')).toBeUndefined()
  expect((await post(studio, 'delete', now)).status).toBe(404)
})

it('exports the sessions that are chosen, as a file that can be imported', async () => {
  await store.session('t').addItems([{ role: 'user', content: 'ü 🙂' }])
  const { status, headers, body } = await post(studio, 'export', { ids: ['t', 's'] })
  expect([status, headers['content-type']]).toEqual([200, 'application/jsonl'])
  await using other = new MemoryStore()
  expect(await importSessions(other, body.split(/(?<=\n)/))).toMatchObject({ created: 2, records: 5 })
  expect(await other.session('s').getItems()).toEqual(await session.getItems())
  expect((await post(studio, 'export', { ids: [] })).status).toBe(400)
  expect((await post(studio, 'export', { ids: ['s', 'nobody'] })).status).toBe(404)
  await store.deleteSession('t')
})
