import assert from 'node:assert/strict'
import { setImmediate as moment } from 'node:timers/promises'
import type { WatchEvent } from '../../session/watch.ts'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertMistake, message, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { offered } from '../offered.ts'
import { soon } from '../timing.ts'

/** The events of a watch, one after the other. */
function eventsOf(events: AsyncIterable<WatchEvent<Item>>): { next(): Promise<WatchEvent<Item> | undefined> } {
  const iterator = events[Symbol.asyncIterator]()
  const next = async (): Promise<WatchEvent<Item> | undefined> =>
    ((await iterator.next()) as IteratorResult<WatchEvent<Item>, undefined>).value
  return { next: () => soon('the next event', next()) }
}

/** So many added items, in as many events as they come in. */
async function added(events: { next(): Promise<WatchEvent<Item> | undefined> }, count: number): Promise<Item[]> {
  const items: Item[] = []
  while (items.length < count) {
    const event = await events.next()
    assert.equal(event?.type, 'added', 'the watch ended, or a history was rewritten')
    if (event?.type === 'added') items.push(...event.entries.map(({ item }) => item))
  }
  return items
}

export const watchCases: readonly CaseDefinition[] = [
  {
    id: 'watch/added',
    title: 'gives every entry that is added, once and in order, from the beginning, from an entry or from now',
    store: true,
    async run(t) {
      const { session } = await offered(t, 'entries')
      await session.addItems(messages(3))
      const [first] = (await session.page()).entries
      const fromStart = eventsOf(session.watch({ after: null }))
      const fromFirst = eventsOf(session.watch({ after: first?.id ?? '' }))
      assertEqual(await added(fromStart, 3), messages(3))
      assertEqual(await added(fromFirst, 2), messages(3).slice(1))
      const fromNow = eventsOf(session.watch())
      const pending = fromNow.next()
      const others = [added(fromStart, 2), added(fromFirst, 2)]
      await session.addItems(messages(1, 'later'))
      await session.addItems(messages(1, 'last'))
      const expected = [...messages(1, 'later'), ...messages(1, 'last')]
      for (const items of await Promise.all(others)) assertEqual(items, expected)
      // When `now` is, the first look decides, which may come late, and a look may come between two writes.
      let isGiven = false
      const given = pending.then((event) => {
        isGiven = true
        return event
      })
      for (let more = 0; !isGiven && more < 500; more++) {
        await session.addItems(messages(1, `more ${more} `))
        expected.push(...messages(1, `more ${more} `))
        await moment()
      }
      const event = await given
      const items = event?.type === 'added' ? event.entries.map(({ item }) => item) : []
      assert.ok(items.length > 0, 'from now on, nothing was given')
      const start = expected.findIndex((item) => JSON.stringify(item) === JSON.stringify(items[0]))
      assertEqual(items, expected.slice(Math.max(start, 0), Math.max(start, 0) + items.length))
      await session.close()
      assertEqual(await Promise.all([fromStart, fromFirst, fromNow].map((events) => drained(events))), [
        true,
        true,
        true,
      ])
    },
  },
  {
    id: 'watch/many',
    title: 'gives a history of 250 entries from its beginning, and what other instances add meanwhile',
    store: true,
    async run(t) {
      const { id, session } = await offered(t, 'entries')
      await session.addItems(messages(250))
      const other = t.has('shared') ? (await t.anotherStore()).session<Item>(id) : session
      const events = eventsOf(session.watch({ after: null }))
      const writing = (async () => {
        for (const item of messages(10, 'other')) await other.addItems([item])
      })()
      assertEqual(await added(events, 260), [...messages(250), ...messages(10, 'other')])
      await writing
      await session.close()
    },
  },
  {
    id: 'watch/rewritten',
    title: 'says when something that was given is no longer there, and goes on after the newest',
    store: true,
    async run(t) {
      const { session } = await offered(t, 'entries')
      await session.addItems(messages(4))
      const events = eventsOf(session.watch({ after: null }))
      assertEqual(await added(events, 4), messages(4))
      await session.popItem()
      await session.addItems([message('other')])
      const newest = async (): Promise<string | undefined> => (await session.page()).entries.at(-1)?.id
      assertEqual(await events.next(), { type: 'rewritten', newest: await newest() })
      const next = added(events, 1)
      await session.addItems([message('more')])
      assertEqual(await next, [message('more')])
      await session.replaceHistoryWithCompaction([message('summary')])
      assertEqual(await events.next(), { type: 'rewritten', newest: await newest() })
      await session.clearSession()
      assertEqual(await events.next(), { type: 'rewritten', newest: null })
      const anew = added(events, 1)
      await session.addItems([message('anew')])
      assertEqual(await anew, [message('anew')])
      const unknown = eventsOf(session.watch({ after: 'nothing' }))
      assertEqual(await unknown.next(), { type: 'rewritten', newest: await newest() })
      await session.close()
    },
  },
  {
    id: 'watch/ends',
    title: 'ends with the session or the store, and with the reason of an abort',
    store: true,
    async run(t) {
      const { store, id, session } = await offered(t, 'entries')
      const reason = new Error('of the abort')
      const controller = new AbortController()
      const aborted = eventsOf(session.watch({ signal: controller.signal })).next()
      const closed = eventsOf(session.watch()).next()
      const byStore = eventsOf(store.session<Item>(id).watch()).next()
      await session.addItems([])
      controller.abort(reason)
      await assert.rejects(aborted, (error) => error === reason)
      await assert.rejects(eventsOf(session.watch({ signal: controller.signal })).next(), (error) => error === reason)
      await session.close()
      assert.equal(await closed, undefined)
      await store.close()
      assert.equal(await byStore, undefined)
    },
  },
  {
    id: 'watch/refused',
    title: 'refuses options that are none, at once',
    store: true,
    async run(t) {
      const { session } = await offered(t, 'entries')
      for (const options of [{ after: 5 }, { signal: {} }, { since: 'a' }, 'a']) {
        await assertMistake(async () => session.watch(options as never), TypeError, JSON.stringify(options))
      }
    },
  },
]

async function drained(events: { next(): Promise<WatchEvent<Item> | undefined> }): Promise<boolean> {
  for (let index = 0; index < 10; index++) if ((await events.next()) === undefined) return true
  return false
}
