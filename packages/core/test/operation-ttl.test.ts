import { MemoryStore } from '@sessions/core'
import { ManualClock } from '@sessions/core/testing'
import { expect, it } from 'vitest'

const append = (operationId: string) =>
  ({ operationId, transaction: { type: 'append_items', items: [{ role: 'user', content: 'hello' }] } }) as const

it('a MemoryStore remembers an operation for a day, or for operationTtl', async () => {
  for (const [options, seconds] of [
    [{}, 86_400],
    [{ operationTtl: 1 }, 1],
  ] as const) {
    const clock = new ManualClock()
    const session = new MemoryStore({ clock, ...options }).session('a')
    await session.applyHistoryTransaction(append('op'))
    clock.advance(seconds * 1_000 - 1)
    await session.applyHistoryTransaction(append('op'))
    expect(await session.getItems()).toHaveLength(1)
    clock.advance(1)
    await session.applyHistoryTransaction(append('op'))
    expect(await session.getItems()).toHaveLength(2)
  }
})

it.each([0, -1, Number.NaN, '1'])('refuses operationTtl: %j', (operationTtl) => {
  expect(() => new MemoryStore({ operationTtl: operationTtl as number })).toThrow(/operationTtl/)
})
