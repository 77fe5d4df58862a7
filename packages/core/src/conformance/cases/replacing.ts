import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import type { CaseDefinition } from '../case.ts'
import { assertCode, assertEqual, assertItems, assertMistake, message, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { offered } from '../offered.ts'

export const replacingCases: readonly CaseDefinition[] = [
  {
    id: 'replace/list',
    title: 'makes the history equal to a list and leaves the common beginning alone, with its entries',
    store: true,
    async run(t) {
      const { session } = await offered(t, 'entries')
      assertEqual(await session.replaceItems(messages(3)), { kept: 0, removed: 0, added: 3 })
      const ids = (await session.page()).entries.map(({ id }) => id)
      const lists: [Item[], object][] = [
        [messages(3), { kept: 3, removed: 0, added: 0 }],
        [messages(5), { kept: 3, removed: 0, added: 2 }],
        [[...messages(2), message('edited')], { kept: 2, removed: 3, added: 1 }],
        [messages(1), { kept: 1, removed: 2, added: 0 }],
        [[message('other')], { kept: 0, removed: 1, added: 1 }],
      ]
      for (const [list, expected] of lists) {
        assertEqual(await session.replaceItems(list), expected)
        await assertItems(session, list)
        const kept = (expected as { kept: number }).kept
        const now = (await session.page()).entries.map(({ id }) => id)
        assertEqual(now.slice(0, Math.min(kept, 2)), ids.slice(0, Math.min(kept, 2)), 'the ids of what was kept')
      }
    },
  },
  {
    id: 'replace/structural',
    title: 'takes items for equal whatever the order of their keys, and undefined properties for absent',
    store: true,
    async run(t) {
      const { session } = await offered(t, 'entries')
      await session.addItems([{ a: 1, b: { c: [1, 2], d: null } }, message('x')])
      const same: Item[] = [{ b: { d: null, c: [1, 2] }, a: 1, gone: undefined }, message('x')]
      assertEqual(await session.replaceItems(same), { kept: 2, removed: 0, added: 0 })
      const before = await session.info()
      assertEqual(await session.replaceItems(same), { kept: 2, removed: 0, added: 0 })
      assertEqual(await session.info(), before, 'info() after nothing was to be done')
    },
  },
  {
    id: 'replace/empty',
    title: 'empties the history but not the session, and creates none',
    store: true,
    async run(t) {
      const { session } = await offered(t, 'entries')
      assertEqual(await session.replaceItems([]), { kept: 0, removed: 0, added: 0 })
      assert.equal(await session.info(), undefined)
      await session.addItems(messages(2))
      await session.setMetadata({ kept: 1 })
      assertEqual(await session.replaceItems([]), { kept: 0, removed: 2, added: 0 })
      await assertItems(session, [])
      assertEqual((await session.info())?.metadata, { kept: 1 })
    },
  },
  {
    id: 'replace/expected',
    title: 'replaces only what the caller has seen where it says so',
    store: true,
    async run(t) {
      const { session } = await offered(t, 'entries')
      await session.replaceItems(messages(2), { expectNewest: null })
      await assertCode(() => session.replaceItems(messages(3), { expectNewest: null }), 'SESSION_CONFLICT')
      const newest = (await session.page()).entries.at(-1)?.id ?? ''
      await session.replaceItems(messages(3), { expectNewest: newest })
      await assertCode(() => session.replaceItems([], { expectNewest: newest }), 'SESSION_CONFLICT')
      await assertCode(() => session.replaceItems(messages(3), { expectNewest: 'nothing' }), 'SESSION_CONFLICT')
      await assertItems(session, messages(3))
      await assertMistake(() => session.replaceItems([], { expectNewest: 5 } as never), TypeError, 'a number')
      await assertMistake(() => session.replaceItems('list' as never), TypeError, 'no list')
    },
  },
  {
    id: 'replace/concurrent',
    title: 'leaves one of the lists whole where several are written at once',
    store: true,
    async run(t) {
      const { store, id } = await offered(t, 'entries')
      const lists = Array.from({ length: 6 }, (_, index) => [...messages(2), ...messages(4, `list ${index}`)])
      const texts = lists.map((list) => JSON.stringify(list))
      for (let round = 0; round < 3; round++) {
        let isOver = false
        const reading = (async () => {
          while (!isOver) {
            const items = await store.session<Item>(id).getItems()
            const isNew = round === 0 && items.length === 0
            assert.ok(isNew || texts.includes(JSON.stringify(items)), 'a reader saw none of the lists')
            // A store in memory would leave no turn to others.
            await turn()
          }
        })()
        const writing = Promise.all(lists.map((list) => store.session<Item>(id).replaceItems(list))).finally(() => {
          isOver = true
        })
        await Promise.all([writing, reading])
        const items = await store.session<Item>(id).getItems()
        assert.ok(texts.includes(JSON.stringify(items)), 'the history is none of the lists')
      }
    },
  },
  {
    id: 'update/concurrent',
    title: 'loses no update of the metadata where many read, decide and write at once',
    store: true,
    async run(t) {
      const store = await t.store()
      if (!store.records.supports('expectMetadata')) {
        await assertCode(() => store.session(t.id()).updateMetadata(() => ({ n: 1 })), 'SESSION_UNSUPPORTED')
        return
      }
      const id = t.id()
      const handles = Array.from({ length: 12 }, () => store.session<Item>(id))
      const count = (metadata: Record<string, unknown>): { n: number } => ({ n: Number(metadata.n ?? 0) + 1 })
      await Promise.all(handles.map((handle) => handle.updateMetadata(count)))
      assertEqual((await store.getSessionInfo(id))?.metadata, { n: 12 })
      await store.session<Item>(id).updateMetadata(() => ({}))
      await store.session<Item>(id).updateMetadata(async ({ n }) => ({ n: undefined, was: n ?? null }))
      assertEqual((await store.getSessionInfo(id))?.metadata, { was: 12 })
      await assertMistake(() => store.session(id).updateMetadata({} as never), TypeError, 'no function')
      await assertMistake(() => store.session(id).updateMetadata(() => 5 as never), TypeError, 'no patch')
      assertEqual((await store.getSessionInfo(id))?.metadata, { was: 12 })
    },
  },
]
