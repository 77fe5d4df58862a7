import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertItems, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'

export const durableCases: readonly CaseDefinition[] = [
  {
    id: 'durable/absent',
    title: 'forgets everything with its instance where it is not declared durable',
    store: true,
    without: 'durable',
    async run(t) {
      const id = t.id()
      const first = await t.anotherStore()
      await first.session<Item>(id).addItems(messages(2))
      await first.close()
      await assertItems((await t.anotherStore()).session<Item>(id), [])
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
