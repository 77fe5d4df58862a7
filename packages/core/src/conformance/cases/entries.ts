import assert from 'node:assert/strict'
import type { Entry } from '../../session/entries.ts'
import type { StoredSession } from '../../session/stored-session.ts'
import type { CaseDefinition } from '../case.ts'
import { CaseSkipped } from '../case-skipped.ts'
import { assertCode, assertEqual, assertMistake, message, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { offered, offers } from '../offered.ts'

/** All entries, from the newest page back to the first, in pages of that size. */
async function backwards(session: StoredSession<Item>, limit: number): Promise<Entry<Item>[]> {
  let page = await session.page({ limit })
  let entries = page.entries
  while (page.older !== undefined) {
    page = await session.page({ limit, before: page.older })
    assert.ok(page.entries.length > 0, 'older led to an empty page')
    assert.equal(page.newer, page.entries.at(-1)?.id, 'a page before another has no newer')
    entries = [...page.entries, ...entries]
  }
  return entries
}

const idOf = ({ id }: Entry<Item>): string => id
const itemOf = ({ item }: Entry<Item>): Item => item

export const entryCases: readonly CaseDefinition[] = [
  {
    id: 'entries/pages',
    title: 'pages through a history in both directions, each entry once, whatever the size of a page',
    store: true,
    async run(t) {
      const { session } = await offered(t, 'entries')
      assertEqual(await session.page(), { entries: [] })
      await session.addItems(messages(11))
      await session.addItems([message('last')])
      const all = [...messages(11), message('last')]
      for (const limit of [1, 3, 4, 11, 12, 13, 50]) {
        const entries = await backwards(session, limit)
        assertEqual(entries.map(itemOf), all, `limit ${limit}`)
        assert.equal(new Set(entries.map(idOf)).size, 12, 'two entries have one id')
      }
      let page = await session.page({ limit: 5, after: (await backwards(session, 12))[0]?.id ?? '' })
      const forward = [...page.entries]
      while (page.newer !== undefined) {
        page = await session.page({ limit: 5, after: page.newer })
        forward.push(...page.entries)
      }
      assertEqual(forward.map(itemOf), all.slice(1))
      assertEqual((await session.page({ after: idOf(forward.at(-1) as Entry<Item>) })).entries, [])
      assert.equal((await session.page()).entries.length, 12, 'the default is 50')
    },
  },
  {
    id: 'entries/ids',
    title: 'keeps the id of an entry in every instance, and never gives it to another',
    store: true,
    async run(t) {
      const { id, ...first } = await offered(t, 'entries')
      let { session } = first
      const seen = new Set<string>()
      const fresh = async (added: number): Promise<string[]> => {
        const ids = (await session.page({ limit: 100 })).entries.map(idOf)
        for (const one of ids.slice(-added)) {
          assert.ok(!seen.has(one), 'an id was given twice')
          seen.add(one)
        }
        return ids
      }
      await session.addItems(messages(4))
      const ids = await fresh(4)
      await t.reopen()
      session = (await t.store()).session<Item>(id)
      assertEqual((await session.page()).entries.map(idOf), ids, 'the ids')
      await session.popItem()
      await session.addItems([message('after a pop')])
      assertEqual((await fresh(1)).slice(0, 3), ids.slice(0, 3), 'the ids of what stayed')
      await session.replaceHistoryWithCompaction([message('summary'), message('kept')])
      await fresh(2)
      await session.clearSession()
      await session.addItems(messages(3))
      await fresh(3)
      await session.setMetadata({ kept: 1 })
      await session.clearSession()
      await session.addItems(messages(3))
      await fresh(3)
      await session.delete()
      await session.addItems(messages(2))
      await fresh(2)
    },
  },
  {
    id: 'entries/gone',
    title: 'rejects with SESSION_CONFLICT where the entry to go on from is not in this history',
    store: true,
    async run(t) {
      const { store, session } = await offered(t, 'entries')
      await session.addItems(messages(3))
      const [, middle, newest] = (await session.page()).entries.map(idOf)
      const other = store.session<Item>(t.id())
      await other.addItems(messages(3))
      await session.popItem()
      await session.addItems(messages(2))
      for (const gone of [newest, 'nothing', '', '0', '-1', `${middle} `, 'é'.repeat(300)]) {
        await assertCode(() => session.page({ before: gone ?? '' }), 'SESSION_CONFLICT')
        await assertCode(() => session.page({ after: gone ?? '' }), 'SESSION_CONFLICT')
      }
      await assertCode(() => other.page({ before: middle ?? '' }), 'SESSION_CONFLICT')
      assertEqual((await session.page({ before: middle ?? '' })).entries.map(itemOf), messages(1))
      await session.clearSession()
      await assertCode(() => session.page({ after: middle ?? '' }), 'SESSION_CONFLICT')
    },
  },
  {
    id: 'entries/times',
    title: 'gives the time of an entry, if it keeps it, as it was, in the order of the history',
    store: true,
    async run(t) {
      const { session } = await offered(t, 'entries')
      await session.addItems(messages(2))
      if (t.has('ttl')) await t.advance(5_000)
      await session.addItems(messages(2))
      const { entries } = await session.page()
      if (entries[0]?.createdAt === undefined) throw new CaseSkipped('the store keeps no times of its entries')
      const times = entries.map(({ createdAt }) => Number(createdAt))
      assertEqual(
        times,
        times.toSorted((a, b) => a - b),
        'the times',
      )
      if (t.has('ttl')) assert.ok(Number(times[2]) - Number(times[1]) >= 4_000, 'the times do not differ by 5 s')
      const { createdAt = 0, updatedAt = 0 } = (await session.info()) ?? {}
      const [low, high] = [Number(createdAt) - 1_000, Number(updatedAt) + 1_000]
      assert.ok(
        times.every((time) => time >= low && time <= high),
        'a time lies outside of the session',
      )
    },
  },
  {
    id: 'entries/refused',
    title: 'refuses what is no page',
    store: true,
    async run(t) {
      const { session } = await offered(t, 'entries')
      for (const limit of [0, -1, 1.5, Number.NaN]) {
        await assertMistake(() => session.page({ limit }), RangeError, `limit ${limit}`)
      }
      for (const options of [{ before: 'a', after: 'b' }, { limit: '5' }, { size: 5 }, { before: 5 }, []]) {
        await assertMistake(() => session.page(options as never), TypeError, JSON.stringify(options))
      }
    },
  },
  {
    id: 'entries/unsupported',
    title: 'rejects with SESSION_UNSUPPORTED where the store keeps no places, and changes nothing',
    store: true,
    async run(t) {
      const [store, id] = [await t.store(), t.id()]
      if (await offers(store, 'entries')) throw new CaseSkipped('the store offers entries')
      const session = store.session<Item>(id)
      await session.addItems(messages(2))
      const calls = [
        () => session.page(),
        () => session.turns(),
        () => session.rewind({ turns: 1 }),
        () => session.replaceItems(messages(1)),
        () => store.forkSession(id, t.id()),
      ]
      for (const call of calls) await assertCode(call, 'SESSION_UNSUPPORTED')
      assertEqual(await session.getItems(), messages(2))
    },
  },
]
