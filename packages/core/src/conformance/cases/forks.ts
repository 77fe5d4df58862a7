import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import { assertCode, assertEqual, assertItems, assertMistake, batch, listed, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { offered } from '../offered.ts'

export const forkCases: readonly CaseDefinition[] = [
  {
    id: 'fork/whole',
    title: 'makes a session of its own with the history, up to an entry where one is named',
    store: true,
    async run(t) {
      const { store, id, session } = await offered(t, 'entries')
      await session.addItems(messages(6))
      const { entries } = await session.page()
      const [whole, part] = [t.id(), t.id()]
      const info = await store.forkSession(id, whole)
      assertEqual(info, await store.getSessionInfo(whole), 'what forkSession gives')
      assert.equal(info.itemCount, 6)
      await store.forkSession(id, part, { upTo: entries[2]?.id ?? '' })
      await assertItems(store.session<Item>(part), messages(3))
      await session.popItem()
      await store.session<Item>(whole).addItems(messages(1, 'fork'))
      await assertItems(session, messages(5))
      await assertItems(store.session<Item>(whole), [...messages(6), ...messages(1, 'fork')])
      const copied = (await store.session<Item>(part).page()).entries
      assertEqual(
        copied.map(({ createdAt }) => createdAt),
        entries.slice(0, 3).map(({ createdAt }) => createdAt),
        'times',
      )
      assert.ok(
        copied.every((entry) => entries.every((other) => other.id !== entry.id)),
        'an id was given twice',
      )
    },
  },
  {
    id: 'fork/metadata',
    title: 'takes the metadata of the source without its usage, the given ones over them, and says where it comes from',
    store: true,
    async run(t) {
      const { store, id, session } = await offered(t, 'entries')
      await session.addItems(messages(1))
      await session.setMetadata({ userId: 'ada', topic: 'a', gone: 1, usage: { total: 5 }, forkedFrom: 'elsewhere' })
      const to = t.id()
      const info = await store.forkSession(id, to, { metadata: { topic: 'b', gone: undefined, forkedFrom: 'a lie' } })
      assertEqual(info.metadata, { userId: 'ada', topic: 'b', forkedFrom: id })
      assertEqual((await session.info())?.metadata?.usage, { total: 5 }, 'the usage of the source')
      if (!t.has('list')) return
      assertEqual(await listed(store, { metadata: { forkedFrom: id } }), [to])
      assert.equal(await store.deleteSessions({ metadata: { userId: 'ada' } }), 2)
    },
  },
  {
    id: 'fork/exists',
    title: 'changes nothing where there is a session of that id, and takes the place of an expired one',
    store: true,
    async run(t) {
      const { store, id, session } = await offered(t, 'entries')
      await session.addItems(messages(2))
      const to = t.id()
      await store.session<Item>(to).addItems(messages(1, 'other'))
      const before = await store.getSessionInfo(to)
      await assertCode(() => store.forkSession(id, to), 'SESSION_EXISTS')
      assertEqual(await store.getSessionInfo(to), before)
      await assertItems(store.session<Item>(to), messages(1, 'other'))
      if (!t.has('ttl')) return
      await t.advance(3_000_000)
      await session.addItems(messages(1, 'later'))
      await t.advance(1_000_000)
      await store.forkSession(id, to)
      await assertItems(store.session<Item>(to), [...messages(2), ...messages(1, 'later')])
    },
  },
  {
    id: 'fork/absent',
    title: 'rejects with SESSION_CONFLICT where there is no such session or entry, and makes none',
    store: true,
    async run(t) {
      const { store, id, session } = await offered(t, 'entries')
      const [other, to] = [t.id(), t.id()]
      await assertCode(() => store.forkSession(id, to), 'SESSION_CONFLICT')
      await session.addItems(messages(2))
      await store.session<Item>(other).addItems(messages(2))
      const upTo = (await store.session<Item>(other).page()).entries[0]?.id ?? ''
      await assertCode(() => store.forkSession(id, to, { upTo }), 'SESSION_CONFLICT')
      await assertCode(() => store.forkSession(id, to, { upTo: 'nothing' }), 'SESSION_CONFLICT')
      assert.equal(await store.getSessionInfo(to), undefined)
      await session.popItem()
      await session.popItem()
      assert.equal((await store.forkSession(id, to)).itemCount, 0, 'a session without items can be forked')
    },
  },
  {
    id: 'fork/operations',
    title: 'leaves the operation ids behind, with the source, which still has them',
    store: true,
    needs: ['transactions'],
    async run(t) {
      const { store, id, session } = await offered(t, 'entries')
      const args = { operationId: 'op', transaction: { type: 'append_items', items: messages(1) } } as const
      await session.applyHistoryTransaction(args)
      const to = t.id()
      await store.forkSession(id, to)
      await store.session<Item>(to).applyHistoryTransaction(args)
      await assertItems(store.session<Item>(to), [...messages(1), ...messages(1)])
      await session.applyHistoryTransaction(args)
      await assertItems(session, messages(1))
    },
  },
  {
    id: 'fork/while-writing',
    title: 'takes the source as it is at one instant while others write it, and of those who fork to one id lets one',
    store: true,
    async run(t) {
      const { store, id, session } = await offered(t, 'entries')
      await session.addItems(batch('w', 0, 7))
      const forks = Array.from({ length: 6 }, () => t.id())
      const writing = (async () => {
        for (let index = 1; index <= 12; index++) await session.addItems(batch('w', index, 7))
      })()
      await Promise.all(forks.map((to) => store.forkSession(id, to)))
      await writing
      for (const to of forks) {
        const items = await store.session<Item>(to).getItems()
        assert.equal(items.length % 7, 0, 'a batch was cut in two')
        assertEqual(items, (await session.getItems()).slice(0, items.length), 'the fork')
      }
      const same = t.id()
      const results = await Promise.allSettled(Array.from({ length: 5 }, () => store.forkSession(id, same)))
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1, 'forks to one id that were made')
      await assertItems(store.session<Item>(same), await session.getItems())
    },
  },
  {
    id: 'fork/model',
    title: 'agrees with arrays over random appends, pops, rewinds and forks of forks',
    store: true,
    async run(t) {
      const { store, id } = await offered(t, 'entries')
      const model = new Map<string, Item[]>([[id, []]])
      for (let index = 0; index < Math.ceil(t.steps / 4); index++) {
        const [from, items] = [...model][t.random.integer(model.size)] as [string, Item[]]
        const session = store.session<Item>(from)
        const kind = t.random.integer(6)
        if (kind < 3) {
          const added = messages(1 + t.random.integer(3)).map((item) => ({ ...item, step: index }))
          await session.addItems(added)
          items.push(...added)
        } else if (kind === 3) {
          assertEqual(await session.popItem(), items.pop(), `step ${index}: popItem`)
        } else if (items.length > 0) {
          const { entries } = await session.page({ limit: 1 + t.random.integer(items.length) })
          const count = items.length - entries.length
          const entry = entries[0]?.id ?? ''
          if (kind === 4) {
            assertEqual(await session.rewind({ entry }), items.splice(count), `step ${index}: rewind`)
          } else if (model.size < 8) {
            const to = t.id()
            await store.forkSession(from, to, { upTo: entry })
            model.set(to, items.slice(0, count + 1))
          }
        }
      }
      for (const [each, items] of model) await assertItems(store.session<Item>(each), items)
    },
  },
  {
    id: 'fork/refused',
    title: 'refuses ids and options that are none',
    store: true,
    async run(t) {
      const { store, id, session } = await offered(t, 'entries')
      await session.addItems(messages(1))
      const calls = [
        () => store.forkSession('', t.id()),
        () => store.forkSession(id, ''),
        () => store.forkSession(id, id),
        () => store.forkSession(id, t.id(), { upTo: 5 } as never),
        () => store.forkSession(id, t.id(), { metadata: [] } as never),
        () => store.forkSession(id, t.id(), { until: 'x' } as never),
      ]
      for (const call of calls) await assertMistake(call, TypeError, String(call))
      await assertItems(session, messages(1))
    },
  },
]
