import { MemoryStore, SessionError, type SessionStore } from '@sessions/core'
import { expect, it } from 'vitest'
import { collect, ended, listen } from './support/listen.ts'

const code = (error: unknown): string => (error instanceof SessionError ? error.code : String(error))

it.each([
  ['getItems', (store: SessionStore) => store.session('a').getItems(1.5), 'RangeError'],
  ['addItems', (store: SessionStore) => store.session('a').addItems('x' as never), 'TypeError'],
  ['addItems', (store: SessionStore) => store.session('a').addItems([{ n: 1n } as never]), 'SESSION_ITEM_INVALID'],
  ['setMetadata', (store: SessionStore) => store.session('a').setMetadata({ n: 1n as never }), 'SESSION_ITEM_INVALID'],
  [
    'replaceHistoryWithCompaction',
    (store: SessionStore) => store.session('a').replaceHistoryWithCompaction([1 as never]),
    'SESSION_ITEM_INVALID',
  ],
  [
    'applyHistoryMutations',
    (store: SessionStore) => store.session('a').applyHistoryMutations({} as never),
    'TypeError',
  ],
  [
    'applyHistoryTransaction',
    (store: SessionStore) => store.session('a').applyHistoryTransaction({} as never),
    'TypeError',
  ],
  ['items', (store: SessionStore) => collect(store.session('a').items({ pageSize: 0 })), 'RangeError'],
  ['read', (store: SessionStore) => store.records.read('a', 0.5), 'RangeError'],
  ['commit', (store: SessionStore) => store.records.commit('a', { drop: -1 }), 'RangeError'],
  ['pages', (store: SessionStore) => collect(store.records.pages('a', 0)), 'RangeError'],
  ['listSessions', (store: SessionStore) => collect(store.listSessions({ limit: 0.5 })), 'RangeError'],
  ['getSessionInfo', (store: SessionStore) => store.getSessionInfo(1 as never), 'TypeError'],
  ['deleteSession', (store: SessionStore) => store.deleteSession(''), 'TypeError'],
  ['deleteSessions', (store: SessionStore) => store.deleteSessions({}), 'TypeError'],
])(
  'tells of a call of %s that is refused for its arguments, once, and of the same on a closed store as of any',
  async (operation, call, mistake) => {
    const heard = listen()
    const store = new MemoryStore()
    const attempt = async (): Promise<unknown> => {
      try {
        return await call(store)
      } catch (error) {
        return error
      }
    }
    const error = await attempt()
    expect(error).toMatchObject(
      mistake.startsWith('SESSION') ? { code: mistake, operation, sessionId: 'a' } : { name: mistake },
    )
    expect(ended(heard)).toMatchObject([{ operation, code: mistake, error: { message: (error as Error).message } }])
    expect(heard.map(({ event }) => event)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
    await store.close()
    expect(code(await attempt())).toBe('SESSION_CLOSED')
  },
)

it('finds a session closed before it looks at the arguments of any call', async () => {
  const session = new MemoryStore().session('a')
  await session.close()
  const calls = [
    () => session.getItems(1.5),
    () => session.addItems([{ n: 1n } as never]),
    () => session.setMetadata(null as never),
    () => session.replaceHistoryWithCompaction(1 as never),
    () => session.applyHistoryMutations(1 as never),
    () => session.applyHistoryTransaction(1 as never),
    () => collect(session.items({ pageSize: 0 })),
  ]
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'SESSION_CLOSED', sessionId: 'a' })
})
