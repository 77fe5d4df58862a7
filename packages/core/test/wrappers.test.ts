import {
  assertOneOf,
  assertOptions,
  type CommitResult,
  type HistoryChange,
  type ItemCodec,
  jsonCodec,
  MemoryStore,
  partsOf,
  SessionError,
  type SessionInfo,
  SessionStore,
  StoredSession,
} from '@sessions/core'
import { expect, it } from 'vitest'

const item = { role: 'user', content: 'hello' } as const

/** The least that stands around another store, and says what is called. */
class Wrapper extends SessionStore {
  readonly calls: string[] = []
  readonly #store: SessionStore

  constructor(store: SessionStore) {
    super()
    this.#store = store
  }

  /** A public method of its own. */
  count(sessionId: string): Promise<number> {
    return this.run('count', sessionId, async () => {
      if (sessionId === 'none') throw new Error('no such session')
      return (await this.#store.records.read(sessionId)).length
    })
  }

  protected _read(sessionId: string, limit: number | undefined): Promise<string[]> {
    return this.#store.records.read(sessionId, limit)
  }
  protected override _pages(sessionId: string, size: number): AsyncIterable<string[]> {
    this.calls.push('_pages')
    return this.#store.records.pages(sessionId, size)
  }
  protected _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    return this.#store.records.commit(sessionId, change)
  }
  protected _info(sessionId: string): Promise<SessionInfo | undefined> {
    return this.#store.getSessionInfo(sessionId)
  }
  protected _list(): AsyncIterable<SessionInfo> {
    return this.#store.listSessions()
  }
  protected _delete(sessionId: string): Promise<boolean> {
    return this.#store.deleteSession(sessionId)
  }
  protected override async _purgeExpired(): Promise<number> {
    this.calls.push('_purgeExpired')
    return 3
  }
  protected override async _purgeExpiredItems(): Promise<void> {
    this.calls.push('_purgeExpiredItems')
  }
  protected override async _close(): Promise<void> {
    this.calls.push('_close')
  }
  protected override async _closeUnopened(): Promise<void> {
    this.calls.push('_closeUnopened')
  }
}

it('a wrapper goes through the pages of the store that it wraps', async () => {
  const wrapper = new Wrapper(new MemoryStore())
  await wrapper.session('a').addItems([item, item])
  const seen = []
  for await (const one of wrapper.session('a').items()) seen.push(one)
  expect(seen).toEqual([item, item])
  expect(wrapper.calls).toEqual(['_pages'])
})

it('a wrapper purges items with its sessions, but not where sessions are deleted', async () => {
  const wrapper = new Wrapper(new MemoryStore())
  expect(await wrapper.purgeExpired()).toBe(3)
  expect(wrapper.calls.splice(0)).toEqual(['_purgeExpired', '_purgeExpiredItems'])
  await wrapper.deleteSessions({ prefix: 'a' })
  expect(wrapper.calls).toEqual(['_purgeExpired'])
})

it('a wrapper is told that it is closed, once, whether it was used or not', async () => {
  const [used, unused] = [new Wrapper(new MemoryStore()), new Wrapper(new MemoryStore())]
  await used.records.read('a')
  await Promise.all([used.close(), used.close(), unused.close(), unused.close()])
  expect(used.calls).toEqual(['_close'])
  expect(unused.calls).toEqual(['_closeUnopened'])
})

it('a public method of a subclass runs as those of the store do', async () => {
  const wrapper = new Wrapper(new MemoryStore())
  await wrapper.session('a').addItems([item])
  expect(await wrapper.count('a')).toBe(1)
  const failed = { code: 'SESSION_BACKEND', operation: 'count', sessionId: 'none' }
  await expect(wrapper.count('none')).rejects.toMatchObject(failed)
  await wrapper.close()
  await expect(wrapper.count('a')).rejects.toThrow(SessionError)
})

it('a stored session can be taken apart', () => {
  const store = new MemoryStore()
  const codec: ItemCodec = { encode: (one) => jsonCodec.encode(one), decode: (record) => jsonCodec.decode(record) }
  expect(partsOf(new StoredSession(store, 'a'))).toEqual({ store, codec: jsonCodec, onCorrupt: 'throw' })
  const parts = partsOf(new StoredSession(store, 'a', { codec, onCorrupt: 'skip' }))
  expect([parts?.store, parts?.codec, parts?.onCorrupt]).toEqual([store, codec, 'skip'])
})

it('an option of any type may still be required, and must be the caller’s own', () => {
  const types = { key: 'any' } as const
  for (const key of ['text', 1, null, new Uint8Array(), () => 1]) assertOptions('Thing', { key }, types, ['key'])
  expect(() => assertOptions('Thing', {}, types, ['key'])).toThrow('Thing needs the option key.')
  expect(() => assertOptions('Thing', Object.create({ key: 1 }), types)).toThrow(/inherited/)
})

it('of options that exclude each other one is needed; one that is undefined is named', () => {
  const oneOf = (options: object) => () => assertOneOf('Thing', options, ['url', 'client'])
  for (const options of [{ url: 'a' }, { client: 1, url: undefined }]) expect(oneOf(options)).not.toThrow()
  for (const options of [{}, { url: 'a', client: 1 }])
    expect(oneOf(options)).toThrow(/^Thing takes one of url and client\.$/)
  expect(oneOf({ url: undefined })).toThrow(/url is undefined: is the environment variable set/)
})
