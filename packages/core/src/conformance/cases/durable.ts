import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertItems, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'

export const durableCases: readonly CaseDefinition[] = [
  {
    id: 'durable/absent',
    title: 'forgets everything with its instance where it is not declared durable',
    store: true,
    without: ['durable', 'shared'],
    async run(t) {
      const id = t.id()
      const first = await t.anotherStore()
      await first.session<Item>(id).addItems(messages(2))
      await first.close()
      await assertItems((await t.anotherStore()).session<Item>(id), [])
    },
  },
  {
    id: 'durable/instances',
    title: 'shows an acknowledged write to every other instance at once, also to one that has read before',
    store: true,
    needs: ['shared'],
    async run(t) {
      const id = t.id()
      const handles = [(await t.store()).session<Item>(id), (await t.anotherStore()).session<Item>(id)]
      for (let turn = 0; turn < 10; turn++) {
        for (const handle of handles) {
          await assertItems(handle, messages(turn))
          assert.equal((await handle.info())?.itemCount ?? 0, turn)
        }
        await handles[turn % 2]?.addItems([messages(turn + 1)[turn] ?? {}])
      }
      assertEqual(await handles[0]?.popItem(), messages(10)[9])
      await handles[1]?.setMetadata({ seen: true })
      for (const handle of handles) {
        await assertItems(handle, messages(9))
        assertEqual((await handle.info())?.metadata, { seen: true })
      }
    },
  },
  {
    id: 'durable/restart',
    title: 'has items, metadata and times after a restart',
    store: true,
    needs: ['durable'],
    async run(t) {
      const id = t.id()
      const first = await t.anotherStore()
      const session = first.session<Item>(id)
      await session.addItems(messages(20))
      await session.setMetadata({ userId: 'u1' })
      await session.popItem()
      const before = await session.info()
      await first.close()
      const again = (await t.anotherStore()).session<Item>(id)
      await assertItems(again, messages(19))
      assertEqual(await again.info(), before)
      await again.addItems(messages(1, 'later'))
      await assertItems(again, [...messages(19), ...messages(1, 'later')])
    },
  },
]
