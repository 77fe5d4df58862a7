import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import { CaseSkipped } from '../case-skipped.ts'
import type { CaseContext } from '../context.ts'
import { assertCode, assertEqual, assertItems, assertMistake, collect, message, messages } from '../fixtures.ts'
import type { Item, ItemSession } from '../item.ts'

async function closable(t: CaseContext, id: string = t.id()): Promise<ItemSession & { close(): Promise<void> }> {
  const session = await t.session(id)
  if (session.close === undefined) throw new CaseSkipped('the session has no close()')
  return session as ItemSession & { close(): Promise<void> }
}

export const lifecycleCases: readonly CaseDefinition[] = [
  {
    id: 'lifecycle/closed-session',
    title: 'rejects every call after close, that with an empty batch too',
    async run(t) {
      const session = await closable(t)
      await session.addItems(messages(2))
      await session.close()
      const calls = [
        () => session.getSessionId(),
        () => session.getItems(),
        () => session.getItems(0),
        () => session.addItems(messages(1)),
        () => session.addItems([]),
        () => session.popItem(),
        () => session.clearSession(),
      ]
      for (const call of calls) await assertCode(call, 'SESSION_CLOSED')
    },
  },
  {
    id: 'lifecycle/closed-optional-methods',
    title: 'rejects the optional methods after close too',
    store: true,
    async run(t) {
      const session = (await t.store()).session<Item>(t.id())
      await session.addItems(messages(2))
      await session.close()
      const calls = [
        () => session.applyHistoryTransaction({ operationId: 'op', transaction: { type: 'append_items', items: [] } }),
        () => session.applyHistoryMutations({ mutations: [] }),
        () => session.replaceHistoryWithCompaction([]),
        () => session.info(),
        () => session.setMetadata({}),
        () => collect(session.items()),
      ]
      for (const call of calls) await assertCode(call, 'SESSION_CLOSED')
    },
  },
  {
    id: 'lifecycle/close-twice',
    title: 'closes once, however often and however early it is told to',
    async run(t) {
      const unused = await closable(t)
      await Promise.all([unused.close(), unused.close()])
      await unused.close()
      await assertCode(() => unused.getItems(), 'SESSION_CLOSED')
    },
  },
  {
    id: 'lifecycle/close-waits',
    title: 'lets the calls under way finish before it closes',
    async run(t) {
      const id = t.id()
      const session = await closable(t, id)
      const underWay = Promise.all([session.getItems(), ...messages(10).map((item) => session.addItems([item]))])
      const [[items]] = await Promise.all([underWay, session.close()])
      assert.ok(Array.isArray(items))
    },
  },
  {
    id: 'lifecycle/close-loses-nothing',
    title: 'has written what was under way when the session was closed',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      const session = store.session<Item>(id)
      await Promise.all([...messages(10).map((item) => session.addItems([item])), session.close()])
      const items = await store.session<Item>(id).getItems()
      assertEqual(
        items.map(({ content }) => content).toSorted(),
        messages(10).map(({ content }) => content),
      )
    },
  },
  {
    id: 'lifecycle/handles',
    title: 'leaves the store and other handles open when one handle is closed',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      const [one, other] = [store.session<Item>(id), store.session<Item>(id)]
      await one.addItems(messages(1))
      await one.close()
      await other.addItems([message('more')])
      await assertItems(other, [...messages(1), message('more')])
    },
  },
  {
    id: 'lifecycle/closed-store',
    title: 'rejects every call of the store and of its sessions after the store was closed',
    store: true,
    async run(t) {
      const store = await t.store()
      const session = store.session<Item>(t.id())
      await session.addItems(messages(1))
      await Promise.all([store.close(), store.close()])
      await store.close()
      const calls = [
        () => store.getSessionInfo('x'),
        () => store.deleteSession('x'),
        () => store.deleteSessions({ prefix: 'x' }),
        () => store.purgeExpired(),
        () => collect(store.listSessions()),
        () => store.records.read('x'),
        () => store.records.commit('x', { append: ['{}'] }),
        () => session.getItems(),
        () => session.getItems(0),
        () => session.addItems(messages(1)),
        () => session.addItems([]),
        () => session.popItem(),
      ]
      for (const call of calls) await assertCode(call, 'SESSION_CLOSED')
    },
  },
  {
    id: 'lifecycle/store-close-waits',
    title: 'lets the calls under way finish before the store closes',
    store: true,
    async run(t) {
      const store = await t.anotherStore()
      const session = store.session<Item>(t.id())
      await Promise.all([...messages(10).map((item) => session.addItems([item])), store.close()])
    },
  },
  {
    id: 'lifecycle/concurrent-first-uses',
    title: 'serves many first uses at once',
    store: true,
    async run(t) {
      const store = await t.store()
      const sessions = Array.from({ length: 20 }, () => store.session<Item>(t.id()))
      await Promise.all(sessions.map((session) => session.addItems(messages(2))))
      for (const session of sessions) await assertItems(session, messages(2))
    },
  },
  {
    id: 'lifecycle/dispose',
    title: 'closes at the end of an `await using` block',
    store: true,
    async run(t) {
      const store = await t.anotherStore()
      const session = store.session<Item>(t.id())
      await session[Symbol.asyncDispose]()
      await assertCode(() => session.getItems(), 'SESSION_CLOSED')
      await store[Symbol.asyncDispose]()
      await assertCode(() => store.records.read('x'), 'SESSION_CLOSED')
    },
  },
  {
    id: 'lifecycle/options',
    title: 'refuses options that it does not know',
    store: true,
    async run(t) {
      const store = await t.store()
      const options = { codecs: {} } as never
      await assertMistake(() => store.session(t.id(), options), TypeError, 'an unknown option of session()')
      await assertMistake(() => store.session(t.id(), { onCorrupt: 'drop' as 'skip' }), TypeError, 'onCorrupt')
      await assertMistake(() => store.session(t.id()).items({ pageSize: 0 }), RangeError, 'pageSize')
    },
  },
]
