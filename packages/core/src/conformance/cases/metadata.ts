import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import { assertCode, assertEqual, assertItems, assertMistake, messages } from '../fixtures.ts'

export const metadataCases: readonly CaseDefinition[] = [
  {
    id: 'metadata/merges',
    title: 'merges a patch key by key, and removes what is undefined',
    async run(t) {
      const session = await t.sessionWith(['setMetadata', 'info'])
      await session.setMetadata({ userId: 'u1', topic: 'weather', n: 1 })
      await session.setMetadata({ topic: undefined, n: { deep: [1, null, { x: 'y' }] }, unknown: undefined })
      assertEqual((await session.info())?.metadata, { userId: 'u1', n: { deep: [1, null, { x: 'y' }] } })
      await session.setMetadata({ userId: undefined, n: undefined })
      assert.equal((await session.info())?.metadata, undefined)
      assert.equal((await session.info())?.itemCount, 0)
      await assertItems(session, [])
    },
  },
  {
    id: 'metadata/replaces-values',
    title: 'replaces what a key holds, and merges nothing into it',
    async run(t) {
      const session = await t.sessionWith(['setMetadata', 'info'])
      await session.setMetadata({ object: { a: 1, b: 2 }, list: [1, 2, 3] })
      await session.setMetadata({ object: { c: 3 }, list: [4] })
      assertEqual((await session.info())?.metadata, { object: { c: 3 }, list: [4] })
    },
  },
  {
    id: 'metadata/concurrent',
    title: 'loses no key of concurrent patches',
    async run(t) {
      const id = t.id()
      const session = await t.sessionWith(['setMetadata', 'info'], id)
      const keys = Array.from({ length: 25 }, (_, index) => `key ${index}`)
      const patch = async (key: string, index: number): Promise<void> => {
        await (await t.sessionWith(['setMetadata'], id)).setMetadata({ [key]: index, shared: index })
      }
      await Promise.all(keys.map(patch))
      const metadata = (await session.info())?.metadata
      assert.equal(Object.keys(metadata ?? {}).length, 26)
      for (const [index, key] of keys.entries()) assert.equal(metadata?.[key], index)
    },
  },
  {
    id: 'metadata/values',
    title: 'keeps any JSON value under any key',
    async run(t) {
      const session = await t.sessionWith(['setMetadata', 'info'])
      const metadata = {
        'a "b"': '\0\ud800',
        "';--": false,
        é: 0,
        'e\u0301': '',
        '': null,
        'a.b': [],
        $: {},
        '\ud800': '😀',
        '1': 1e21,
      }
      await session.setMetadata(metadata)
      assertEqual((await session.info())?.metadata, metadata)
    },
  },
  {
    id: 'metadata/copies',
    title: 'takes and gives metadata that can be changed without changing what is stored',
    async run(t) {
      const session = await t.sessionWith(['setMetadata', 'info'])
      const tags = ['kept']
      const setting = session.setMetadata({ tags })
      tags.push('too late')
      await setting
      const given = (await session.info())?.metadata?.tags as string[]
      given.push('changed')
      assertEqual((await session.info())?.metadata, { tags: ['kept'] })
    },
  },
  {
    id: 'metadata/refused',
    title: 'refuses what JSON cannot say',
    async run(t) {
      const session = await t.sessionWith(['setMetadata', 'info'])
      for (const patch of [undefined, null, [], 'text']) {
        await assertMistake(() => session.setMetadata(patch as never), TypeError, JSON.stringify(patch))
      }
      for (const bytes of [new Uint8Array(1), Buffer.from('x')]) {
        await assertMistake(() => session.setMetadata({ b: [bytes] as never }), TypeError, 'bytes')
      }
      await assertCode(() => session.setMetadata({ a: { at: new Date() as never } }), 'SESSION_ITEM_INVALID')
      await assertCode(() => session.setMetadata({ n: Number.NaN }), 'SESSION_ITEM_INVALID')
      assert.equal(await session.info(), undefined)
    },
  },
  {
    id: 'metadata/info',
    title: 'counts the items as they come and go',
    async run(t) {
      const session = await t.sessionWith(['info', 'replaceHistoryWithCompaction'])
      const count = async (): Promise<number | undefined> => (await session.info())?.itemCount
      await session.addItems(messages(5))
      assert.equal(await count(), 5)
      await session.popItem()
      assert.equal(await count(), 4)
      await session.replaceHistoryWithCompaction(messages(2))
      assert.equal(await count(), 2)
      await session.popItem()
      await session.popItem()
      assert.equal(await count(), 0)
      assert.equal((await session.info())?.sessionId, await session.getSessionId())
    },
  },
]
