import type { SessionStore } from '@sessions/core'
import { expect } from 'vitest'
import { message } from './failure.ts'

const texts = [
  'plain',
  '日本語',
  'å',
  '😀',
  'ÿ\u0000\u0080',
  '\\ \' "',
  '0',
  'false',
  '{"a":1}',
  '2026-01-01 00:00:00.000',
]

/** Each promise that a misread result, a lost letter or a stale read would break. */
export async function keepsPromises(store: SessionStore): Promise<void> {
  const [user, other] = [store.session('user日'), store.session('userå')]
  await user.addItems([message('first')])
  await user.addItems(texts.map((text) => message(text)))
  await other.addItems([message('of another')])
  const all = [message('first'), ...texts.map(message)]
  expect(await user.getItems()).toEqual(all)
  expect(await user.getItems(3)).toEqual(all.slice(-3))
  expect(await other.getItems()).toEqual([message('of another')])

  await user.setMetadata({ name: '日本😀', n: 1, is: false })
  const info = await user.info()
  expect(info).toMatchObject({
    sessionId: 'user日',
    itemCount: all.length,
    metadata: { name: '日本😀', n: 1, is: false },
  })
  expect(Math.abs(Number(info?.updatedAt) - Date.now())).toBeLessThan(60_000)
  const listed = []
  for await (const { sessionId } of store.listSessions({ metadata: { name: '日本😀' } })) listed.push(sessionId)
  expect(listed).toEqual(['user日'])
  const paged = []
  for await (const item of user.items({ pageSize: 4 })) paged.push(item)
  expect(paged).toEqual(all)

  const transaction = { type: 'append_items' as const, items: [message('once')] }
  for (let time = 0; time < 2; time++) await user.applyHistoryTransaction({ operationId: '操作', transaction })
  expect(await user.popItem()).toEqual(message('once'))
  await expect(user.getItems()).resolves.toEqual(all)
  const capital = store.session('USERå')
  await capital.addItems([message('of a third')])
  await user.clearSession()
  expect(await store.deleteSessions({ prefix: 'user' }), 'the cleared one has metadata').toBe(2)
  expect(await capital.getItems()).toEqual([message('of a third')])
  expect(await store.deleteSession('USERå')).toBe(true)
  await user.addItems([message('anew')])
  expect(await user.getItems()).toEqual([message('anew')])
  expect(await store.deleteSession('user日')).toBe(true)
}
