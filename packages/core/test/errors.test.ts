import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { MemoryStore, SessionError, type SessionStore, StoredSession } from '@sessions/core'
import { FaultyStore } from '@sessions/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'

const item = { role: 'user', content: 'hi' } as const
type Core = typeof import('@sessions/core')

/** The same package once more, as a program has it whose adapter brings its own. */
async function anotherCopy(): Promise<Core> {
  const folder = mkdtempSync(join(tmpdir(), 'sessions-copy-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  cpSync(join(import.meta.dirname, '../src'), folder, { recursive: true })
  const core: Core = await import(/* @vite-ignore */ join(folder, 'index.ts'))
  expect(core.SessionError).not.toBe(SessionError)
  return core
}

async function failure(work: Promise<unknown>): Promise<SessionError> {
  return await work.then(
    () => expect.fail('nothing failed'),
    (error: SessionError) => error,
  )
}

describe('an error that a store throws', () => {
  it.each([
    ['as it is', (error: SessionError) => error],
    ['frozen', (error: SessionError) => Object.freeze(error)],
    ['sealed', (error: SessionError) => Object.seal(error)],
  ])('%s, to several sessions names each', async (_, prepare) => {
    const cause = new Error('of the driver')
    const thrown = prepare(new SessionError('SESSION_UNAVAILABLE', 'gone', { ambiguous: true, cause }))
    const store = new FaultyStore(new MemoryStore())
    for (let times = 0; times < 3; times++) store.failBefore('commit', thrown)
    const errors = await Promise.all(['a', 'b'].map((id) => failure(store.session(id).addItems([item]))))
    errors.push(await failure(store.session('c').setMetadata({ k: 1 })))
    expect(errors.map(({ sessionId, operation }) => `${operation} ${sessionId}`)).toEqual([
      'addItems a',
      'addItems b',
      'setMetadata c',
    ])
    for (const error of errors) {
      expect(error).toMatchObject({
        code: 'SESSION_UNAVAILABLE',
        message: 'gone',
        retryable: true,
        ambiguous: true,
        cause,
      })
      expect(error).toBeInstanceOf(SessionError)
      expect(Error.prototype.toString.call(error)).toBe('SessionError: gone')
      expect(inspect(error)).toContain('errors.test.ts')
    }
    expect(thrown).not.toHaveProperty('operation')
  })

  it('keeps its class and what else it has', async () => {
    class QuotaError extends SessionError {
      readonly left = 3
    }
    const store = new FaultyStore(new MemoryStore())
    store.failBefore('read', new QuotaError('SESSION_BUSY', 'quota'))
    const error = await failure(store.session('a').getItems())
    expect(error).toBeInstanceOf(QuotaError)
    expect(error).toMatchObject({ left: 3, code: 'SESSION_BUSY', sessionId: 'a', operation: 'getItems' })
    expect(new SessionError('SESSION_BUSY', 'no')).not.toBeInstanceOf(QuotaError)
  })
})

describe('two copies of this package in one program', () => {
  it('know each other’s errors: what an adapter of another copy says stays what it is', async () => {
    const other = await anotherCopy()
    const theirs = new other.SessionError('SESSION_UNAVAILABLE', 'cut off', { ambiguous: true })
    expect(theirs).toBeInstanceOf(SessionError)
    expect(new SessionError('SESSION_BUSY', 'x')).toBeInstanceOf(other.SessionError)
    expect([{}, null, 'x', new Error('x')].filter((value) => value instanceof SessionError)).toEqual([])
    const faulty = new FaultyStore(new other.MemoryStore() as unknown as SessionStore)
    const session = new StoredSession(new other.MemoryStore() as unknown as SessionStore, 'a')
    for (const [error, code, ambiguous] of [
      [theirs, 'SESSION_UNAVAILABLE', true],
      [new other.SessionError('SESSION_BUSY', 'locked'), 'SESSION_BUSY', false],
    ] as const) {
      faulty.failAfter('commit', error)
      const caught = await failure(faulty.session('a').addItems([item]))
      expect(caught).toMatchObject({ code, ambiguous, retryable: true, operation: 'addItems', sessionId: 'a' })
    }
    await session.addItems([item])
    expect(await session.popItem()).toEqual(item)
    await session.close()
  })

  it('read around what the other’s codec cannot decode', async () => {
    const other = await anotherCopy()
    const store = new MemoryStore()
    await store.records.commit('a', { append: ['{"role":"user"}', 'cut'] })
    const session = new StoredSession<object>(store, 'a', { codec: other.jsonCodec, onCorrupt: 'skip' })
    expect(await session.getItems()).toEqual([{ role: 'user' }])
    await expect(session.popItem()).rejects.toMatchObject({ code: 'SESSION_RECORD_CORRUPT' })
  })
})

it.each([{}, null, undefined, 'x', () => {}, { records: {} }])(
  'refuses %o for a store, at once and by its name',
  (store) => {
    expect(() => new StoredSession(store as never, 'x')).toThrow(TypeError)
    expect(() => new StoredSession(store as never, 'x')).toThrow(/^store must be a SessionStore/)
  },
)
