import {
  type CommitResult,
  MemoryStore,
  SessionError,
  type SessionInfo,
  SessionStore,
  SharedResources,
} from '@sessions/core'
import { FaultyStore } from '@sessions/core/testing'
import { describe, expect, it } from 'vitest'

const item = { role: 'user', content: 'hello' } as const

/** A store whose connection can be told to fail, and that counts how often it connects. */
class ConnectingStore extends SessionStore {
  opened = 0
  closed = 0
  failures = 0
  readonly #gate = Promise.withResolvers<void>()

  release(): void {
    this.#gate.resolve()
  }

  protected override async _open(): Promise<void> {
    this.opened++
    await this.#gate.promise
    if (this.failures-- > 0) throw new SessionError('SESSION_UNAVAILABLE', 'Nobody listens.')
  }

  protected override async _close(): Promise<void> {
    this.closed++
  }

  protected async _read(): Promise<string[]> {
    return ['{}']
  }

  protected async _commit(): Promise<CommitResult> {
    return { status: 'applied', dropped: [] }
  }

  protected async _info(): Promise<SessionInfo | undefined> {
    return undefined
  }

  protected async *_list(): AsyncIterable<SessionInfo> {}

  protected async _delete(): Promise<boolean> {
    return false
  }
}

describe('a store', () => {
  it('connects once for many first uses at once', async () => {
    const store = new ConnectingStore()
    const reads = [1, 2, 3].map(() => store.session('a').getItems())
    expect(store.opened).toBe(1)
    store.release()
    expect(await Promise.all(reads)).toEqual([[{}], [{}], [{}]])
    await store.session('b').getItems()
    expect(store.opened).toBe(1)
  })

  it('tries again after a failed first connect', async () => {
    const store = new ConnectingStore()
    store.failures = 1
    store.release()
    const first = [store.records.read('a'), store.records.read('a')]
    for (const read of first) await expect(read).rejects.toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: true })
    expect(await store.records.read('a')).toEqual(['{}'])
    expect(store.opened).toBe(2)
  })

  it('gives each call that waited for a failed connect an error of its own', async () => {
    const store = new ConnectingStore()
    store.failures = 1
    const calls = [store.session('mine').getItems(), store.session('yours').addItems([item])]
    store.release()
    const [mine, yours] = (await Promise.allSettled(calls)).map(
      (result) => result.status === 'rejected' && result.reason,
    )
    expect(mine).toMatchObject({ code: 'SESSION_UNAVAILABLE', sessionId: 'mine', operation: 'getItems' })
    expect(yours).toMatchObject({ code: 'SESSION_UNAVAILABLE', sessionId: 'yours', operation: 'addItems' })
  })

  it('says that closing failed as it says it of any call', async () => {
    const driver = new Error('socket hang up')
    class FailingStore extends ConnectingStore {
      protected override async _close(): Promise<void> {
        throw driver
      }
    }
    const store = new FailingStore()
    store.release()
    await store.records.read('a')
    await expect(store.close()).rejects.toMatchObject({ code: 'SESSION_BACKEND', operation: 'close', cause: driver })
  })

  it('does not connect to be closed, and closes what it opened once', async () => {
    const unused = new ConnectingStore()
    await unused.close()
    expect([unused.opened, unused.closed]).toEqual([0, 0])
    const used = new ConnectingStore()
    used.release()
    await used.records.read('a')
    await Promise.all([used.close(), used.close()])
    await used.close()
    expect([used.opened, used.closed]).toEqual([1, 1])
  })

  it('waits with closing for a first connect under way', async () => {
    const store = new ConnectingStore()
    const read = store.records.read('a')
    const closing = store.close()
    await expect(store.records.read('a')).rejects.toMatchObject({ code: 'SESSION_CLOSED' })
    expect(store.closed).toBe(0)
    store.release()
    expect(await read).toEqual(['{}'])
    await closing
    expect(store.closed).toBe(1)
  })
})

describe('a session', () => {
  it('lets a call under way finish before close resolves', async () => {
    const store = new FaultyStore(new MemoryStore())
    const session = store.session('a')
    const { entered, release } = store.hold('commit')
    const adding = session.addItems([item])
    await entered
    let closed = false
    const closing = session.close().then(() => {
      closed = true
    })
    await expect(session.getItems()).rejects.toMatchObject({ code: 'SESSION_CLOSED', sessionId: 'a' })
    expect(closed).toBe(false)
    release()
    await adding
    await closing
    expect(await store.session('a').getItems()).toEqual([item])
  })

  it('says what failed as the user called it, with the driver’s error as the cause', async () => {
    const driver = new Error('ECONNRESET')
    const store = new FaultyStore(new MemoryStore())
    store.failBefore('commit', driver)
    const error = await store
      .session('a')
      .addItems([item])
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SessionError)
    expect(error).toMatchObject({ code: 'SESSION_BACKEND', operation: 'addItems', sessionId: 'a', retryable: false })
    expect((error as SessionError).cause).toBe(driver)
    await store.session('a').addItems([item])
  })
})

describe('shared resources', () => {
  it('are opened with the first user and closed with the last', async () => {
    const log: string[] = []
    const shared = new SharedResources<string>((name) => void log.push(`close ${name}`))
    const open = (): string => {
      log.push('open')
      return 'x'
    }
    const leases = await Promise.all([shared.acquire('key', open), shared.acquire('key', open)])
    await leases[0]?.release()
    expect(log).toEqual(['open'])
    await leases[1]?.release()
    expect(log).toEqual(['open', 'close x'])
    await (await shared.acquire('key', open)).release()
    expect(log).toEqual(['open', 'close x', 'open', 'close x'])
  })

  it('are tried again after a failure', async () => {
    const shared = new SharedResources<string>(() => {})
    const fail = (): never => {
      throw new Error('no')
    }
    const both = [shared.acquire('key', fail), shared.acquire('key', fail)]
    for (const lease of both) await expect(lease).rejects.toThrow('no')
    expect((await shared.acquire('key', () => 'x')).resource).toBe('x')
  })
})
