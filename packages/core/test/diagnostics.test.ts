import { AsyncLocalStorage } from 'node:async_hooks'
import { spawnSync } from 'node:child_process'
import { channel, tracingChannel } from 'node:diagnostics_channel'
import { setImmediate as turn } from 'node:timers/promises'
import { inspect } from 'node:util'
import { MemoryStore, Session, type SessionCallContext, type SessionError, traceSessionIds } from '@sessions/core'
import { FaultyStore } from '@sessions/core/testing'
import { expect, it, onTestFinished } from 'vitest'
import { collect, ended, listen } from './support/listen.ts'

const item = { role: 'user', content: 'a secret' } as const

it('tells of every call once, from its start to its end, with what went in and out, and nothing of the items', async () => {
  const heard = listen()
  const session = new MemoryStore().session('a')
  await session.addItems([item, item])
  expect(heard.map(({ event, context: { on, operation } }) => `${event} ${on}.${operation}`)).toEqual([
    'start session.addItems',
    'start store.commit',
    'end store.commit',
    'end session.addItems',
    'asyncStart store.commit',
    'asyncEnd store.commit',
    'asyncStart session.addItems',
    'asyncEnd session.addItems',
  ])
  expect(new Set(heard.map(({ context }) => context)).size, 'one object a call').toBe(2)
  const bytes = 2 * JSON.stringify(item).length
  const common = { sessionId: 'a', retries: 0, durationMs: expect.any(Number) }
  expect(ended(heard)).toEqual([
    { on: 'store', adapter: 'MemoryStore', operation: 'commit', count: 2, bytes, ...common },
    { on: 'session', adapter: 'StoredSession', operation: 'addItems', count: 2, ...common },
  ])
  heard.length = 0
  await session.getItems(1)
  expect(ended(heard)).toMatchObject([
    { operation: 'read', count: 1, bytes: bytes / 2 },
    { operation: 'getItems', count: 1 },
  ])
  expect(inspect(heard, { depth: 9 })).not.toContain('secret')
})

it('tells how a call failed, without the cause', async () => {
  const heard = listen()
  const store = new FaultyStore(new MemoryStore())
  store.failBefore('commit', new Error('a secret of the driver'))
  await expect(store.session('a').addItems([item])).rejects.toMatchObject({ cause: { message: /secret/ } })
  const failed = heard.filter(({ event }) => event === 'error').map(({ seen }) => seen)
  expect(failed).toMatchObject([
    { on: 'store', code: 'SESSION_BACKEND', error: { code: 'SESSION_BACKEND', operation: 'commit' } },
    { on: 'session', code: 'SESSION_BACKEND', error: { code: 'SESSION_BACKEND', sessionId: 'a' } },
  ])
  expect(ended(heard)).toHaveLength(2)
  expect(inspect(heard, { depth: 9 })).not.toContain('secret')
})

it('takes a walk through many steps for one call, which ends where it is left', async () => {
  const store = new MemoryStore()
  for (const id of ['a', 'b', 'c']) await store.session(id).addItems([item, item])
  const heard = listen()
  let left = 2
  for await (const _ of store.listSessions()) if (--left === 0) break
  expect(ended(heard)).toMatchObject([{ operation: 'listSessions', count: 2 }])
  heard.length = 0
  await collect(store.session('a').items({ pageSize: 1 }))
  expect(ended(heard)).toMatchObject([
    { on: 'store', operation: 'pages' },
    { on: 'session', operation: 'items', count: 2 },
  ])
  heard.length = 0
  await store.deleteSessions({ prefix: 'a' })
  expect(ended(heard)).toMatchObject([{ operation: 'deleteSessions' }])
})

it('keeps a call within the one that made it, also where it had to wait for others', async () => {
  const spans = new AsyncLocalStorage<string>()
  const parents = new Map<string, string | undefined>()
  const { start } = tracingChannel('sessions:call')
  let count = 0
  start.bindStore(spans, (context) => {
    const { on, operation } = context as SessionCallContext
    const name = `${on}.${operation} ${++count}`
    parents.set(name, spans.getStore())
    return name
  })
  onTestFinished(() => void start.unbindStore(spans))
  const session = new MemoryStore().session('a')
  await spans.run('request', async () => {
    await turn()
    await Promise.all([session.addItems([item]), session.popItem(), session.getItems()])
    for await (const _ of session.items()) await turn()
  })
  const wrong = [...parents].filter(([name, parent]) => {
    const expected = name.startsWith('session.') ? 'request' : 'session.'
    return parent?.startsWith(expected) !== true
  })
  expect(wrong).toEqual([])
  const children = [...parents]
    .filter(([name]) => name.startsWith('store.'))
    .map(([name, parent]) => [name.split(' ')[0], parent?.split(' ')[0]])
  expect(children).toEqual([
    ['store.commit', 'session.addItems'],
    ['store.commit', 'session.popItem'],
    ['store.read', 'session.getItems'],
    ['store.pages', 'session.items'],
  ])
})

it('counts what was done again since others were faster', async () => {
  const store = new MemoryStore()
  await store.session('a').addItems([item, item])
  const session = store.session('a')
  await session.getItems()
  await store.records.commit('a', { append: ['{}'] })
  const heard = listen()
  await session.popItem()
  expect(ended(heard).at(-1)).toMatchObject({ operation: 'popItem', retries: 1, count: 1 })
})

it('hashes session ids on request, in errors too', async () => {
  const heard = listen()
  onTestFinished(() => traceSessionIds('plain'))
  const session = new MemoryStore().session('ada@example.com')
  const traced = async (): Promise<string | undefined> => {
    heard.length = 0
    await session.addItems([{ n: 1n } as never]).catch(() => {})
    const { error, sessionId } = ended(heard).at(-1) ?? { error: undefined, sessionId: undefined }
    expect((error as SessionError | undefined)?.sessionId).toBe(sessionId)
    return sessionId
  }
  expect(await traced()).toBe('ada@example.com')
  traceSessionIds('hashed', 'key')
  // echo -n ada@example.com | openssl dgst -sha256 -hmac key
  expect(await traced()).toBe('20caa94149b865c2')
  expect(inspect(heard, { depth: 9 })).not.toContain('ada@')
  traceSessionIds('hashed')
  const first = await traced()
  expect(first).toMatch(/^[0-9a-f]{16}$/)
  expect(await traced()).toBe(first)
  expect(() => traceSessionIds('hash' as never)).toThrow(TypeError)
  expect(() => traceSessionIds('hashed', '')).toThrow(TypeError)
})

it('does nothing for a call that nobody listens to', async () => {
  let told = 0
  const spy = new AsyncLocalStorage()
  const ids = new MemoryStore().session('a')
  expect(channel('tracing:sessions:call:start').hasSubscribers).toBe(false)
  class Counted extends Session<object> {
    protected async _getItems(): Promise<object[]> {
      return []
    }
    protected async _addItems(): Promise<void> {}
    protected async _popItem(): Promise<undefined> {}
    protected async _clearSession(): Promise<void> {}
  }
  Object.defineProperty(Counted, 'name', { get: () => `${++told}` })
  await new Counted('a').getItems()
  await ids.getItems()
  expect([told, spy.getStore()]).toEqual([0, undefined])
})

it('prints the same with NODE_DEBUG=sessions, and nothing without', () => {
  const program = `
    import { MemorySession } from '@sessions/core'
    const session = new MemorySession({ sessionId: 'a' })
    await session.addItems([{ role: 'user', content: 'a secret' }])
    await session.close()
    await session.getItems().catch(({ code }) => code)`
  const printed = (NODE_DEBUG: string): string => {
    const env = { ...process.env, NODE_DEBUG }
    const options = { cwd: import.meta.dirname, env, encoding: 'utf8' } as const
    return spawnSync(process.execPath, ['--input-type=module', '--eval', program], options).stderr
  }
  expect(printed('')).toBe('')
  expect(printed('sessions')).toMatch(/SESSIONS \d+: session\.addItems "a" ok [\d.]+ ms\n/)
  expect(printed('sessions')).toMatch(/session\.getItems "a" SESSION_CLOSED/)
  expect(printed('sessions')).not.toContain('secret')
})
