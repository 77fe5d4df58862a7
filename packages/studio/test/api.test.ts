import { randomBytes } from 'node:crypto'
import { MemoryStore } from '@sessions/core'
import { EncryptedStore } from '@sessions/encrypted'
import { SQLiteStore } from '@sessions/sqlite'
import { expect, it } from 'vitest'
import type { EntriesPage, Outline, PageEntry, SessionDetail, SessionsPage } from '../src/shared/api.ts'
import { seed } from './seed/conversations.ts'
import { ask, cookieOf, get } from './support/ask.ts'
import { Folder, filledStore, studioOf } from './support/studio.ts'

it('lists every session once, page after page, whatever is asked for', async () => {
  await using store = new MemoryStore()
  for (let index = 0; index < 25; index++) {
    const session = store.session(`${index % 2 === 0 ? 'even' : 'odd'}_${index}`)
    await session.setMetadata({ n: index, kind: index === 7 ? 'a b=c' : 'x' })
    await session.addItems([{ role: 'user', content: index === 9 ? 'Where is NINE?' : 'Hello' }])
  }
  await using studio = await studioOf(store)
  const pages = async (query: string): Promise<string[]> => {
    const found: string[] = []
    let after = ''
    for (;;) {
      const page = await get<SessionsPage>(studio, `/api/sessions?limit=4&${query}${after}`)
      expect(page.sessions.length).toBeLessThanOrEqual(4)
      found.push(...page.sessions.map(({ sessionId }) => sessionId))
      if (page.next === undefined) return found
      after = `&after=${encodeURIComponent(page.next)}`
    }
  }
  const all: string[] = []
  for await (const { sessionId } of store.listSessions()) all.push(sessionId)
  expect(await pages('')).toEqual(all)
  expect(await pages('prefix=odd_')).toEqual(all.filter((id) => id.startsWith('odd_')))
  expect(await pages('metadata=n%3D7')).toEqual(['odd_7'])
  expect(await pages('metadata=kind%3Da%20b%3Dc')).toEqual(['odd_7'])
  expect(await pages('metadata=n%3D7&prefix=even')).toEqual([])
  expect(await pages(`updatedBefore=${encodeURIComponent(new Date(0).toJSON())}`)).toEqual([])
  expect(await pages('text=is%20nine')).toEqual(['odd_9'])
  expect(await pages('text=even_4')).toEqual(['even_4'])
  const headers = { cookie: await cookieOf(studio) }
  for (const wrong of ['limit=0', 'limit=x', 'metadata=x', 'after=x', 'updatedAfter=x'])
    expect((await ask(studio.link, `/api/sessions?${wrong}`, { headers })).status).toBe(400)
})

it('reads a history in both directions and around an entry, and cuts what is too long for a page', async () => {
  using folder = new Folder()
  const long = 'x'.repeat(5_000_000)
  await using store = await filledStore(folder.file('a.db'), async (filled) => {
    for (let index = 0; index < 30; index++)
      await filled.session('s').addItems([{ role: 'user', content: index === 29 ? long : `${index}` }])
  })
  await using studio = await studioOf(store)
  const page = (query: string): Promise<EntriesPage> => get(studio, `/api/entries?id=s&limit=10&${query}`)
  const newest = await page('')
  expect([newest.entries.length, newest.older, newest.newer]).toEqual([10, true, false])
  const before = await page(`before=${newest.entries[0]?.id}`)
  const after = await page(`after=${before.entries.at(-1)?.id}`)
  expect(after).toEqual(newest)
  const first = await page('first=1')
  expect([first.older, first.newer, first.entries[0]?.item?.content]).toEqual([false, true, '0'])
  const around = await page(`around=${before.entries[5]?.id}`)
  expect(around.entries.map(({ id }) => id)).toContain(before.entries[5]?.id)
  const last = newest.entries.at(-1) as PageEntry
  expect(JSON.stringify(newest).length).toBeLessThan(10_000)
  expect(last).toMatchObject({ isCut: true, item: { content: { length: long.length } } })
  const whole = await get<PageEntry>(studio, `/api/entry?id=s&entry=${last.id}`)
  expect(whole.item?.content).toBe(long)
})

it('says of a history what went wrong in it, where its turns begin, and what is known of it', async () => {
  using folder = new Folder()
  await using store = await filledStore(folder.file('a.db'), seed)
  await using studio = await studioOf(store)
  const outline = async (id: string): Promise<Outline> => await get(studio, `/api/outline?id=${encodeURIComponent(id)}`)
  const said = ({ turns, troubles }: Outline): unknown => [
    turns.length,
    troubles.map(({ what, name }) => `${what} ${name}`),
  ]
  expect(said(await outline('user_ada/oslo'))).toEqual([3, ['failed get_weather']])
  expect(said(await outline('user_bob/bergen'))).toEqual([3, ['refused book_seat', 'pending book_seat']])
  expect(said(await outline('user_cleo/invoice'))).toEqual([1, []])
  expect(said(await outline('user_dora/paris'))).toEqual([1, ['unanswered ']])
  const detail = await get<SessionDetail>(studio, '/api/session?id=user_ada%2Foslo')
  expect(detail.forks).toEqual(['user_ada/oslo-by-boat'])
  expect(detail.usage?.turns).toHaveLength(3)
  expect(detail.session.metadata).toEqual({ userId: 'ada', app: 'travel-desk' })
})

it('shows what cannot be read as that, in its place, and the rest around it', async () => {
  using folder = new Folder()
  const store = new SQLiteStore({ path: folder.file('a.db') })
  const keys = [{ id: 'k1', key: randomBytes(32).toString('base64') }]
  const sealed = new EncryptedStore({ store, keys, cache: false })
  await sealed.session('s').addItems([
    { role: 'user', content: 'one' },
    { role: 'user', content: 'two' },
  ])
  const others = new EncryptedStore({ store, keys: [{ id: 'k2', key: randomBytes(32).toString('base64') }] })
  await store.records.commit('s', { append: await sealedBy(others, store) })
  await store.session('plain').addItems([{ role: 'user', content: 'before' }])
  await store.records.commit('plain', { append: ['{"role": broken'] })
  await using studio = await studioOf(sealed, { bare: store })
  const { entries } = await get<EntriesPage>(studio, '/api/entries?id=s')
  expect(entries.map(({ item }) => item?.content)).toEqual(['one', 'two', undefined])
  expect(entries[2]?.problem).toMatch(/key/)
  await using bare = await studioOf(store)
  const plain = await get<EntriesPage>(bare, '/api/entries?id=plain')
  expect(plain.entries.map(({ item, problem, raw }) => [item?.content, problem, raw])).toEqual([
    ['before', undefined, undefined],
    [undefined, 'This record is corrupt: it is not valid JSON.', '{"role": broken'],
  ])
  await store.close()
})

/** A record that another key has sealed for that session. */
async function sealedBy(other: EncryptedStore, store: SQLiteStore): Promise<string[]> {
  await other.session('t').addItems([{ role: 'user', content: 'three' }])
  return await store.records.read('t')
}
