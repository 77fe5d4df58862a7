import { MemoryStore } from '@sessions/core'
import { afterEach, expect, it, vi } from 'vitest'

afterEach(() => void vi.useRealTimers())

it('hears at once of what is written through the same store, where the backend tells of nothing', async () => {
  // The next look, a second later, never comes.
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  await using store = new MemoryStore()
  const session = store.session<{ text: string }>('a')
  await session.addItems([{ text: 'one' }])
  const events = session.watch({ after: null })[Symbol.asyncIterator]()
  expect((await events.next()).value).toMatchObject({ entries: [{ item: { text: 'one' } }] })
  const next = events.next()
  await turns()
  await store.session<{ text: string }>('a').addItems([{ text: 'two' }])
  const heard = await Promise.race([next, turns()])
  expect(heard).toMatchObject({ value: { entries: [{ item: { text: 'two' } }] } })
})

async function turns(): Promise<void> {
  for (let turn = 0; turn < 1_000; turn++) await new Promise((resolve) => setImmediate(resolve))
}
