import { type CommitResult, type HistoryChange, jsonCodec, MemoryStore } from '@sessions/core'
import { describe, expect, it } from 'vitest'
import { KnownTail } from '../src/session/known-tail.ts'

/** A store that says which hooks were called. */
class RecordingStore extends MemoryStore {
  calls: string[] = []

  protected override _read(sessionId: string, limit: number | undefined): Promise<string[]> {
    this.calls.push(`read ${limit ?? 'all'}`)
    return super._read(sessionId, limit)
  }

  protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const result = await super._commit(sessionId, change)
    this.calls.push(`commit ${result.status}`)
    return result
  }

  /** What was called since the last time. */
  take(): string[] {
    return this.calls.splice(0)
  }
}

const item = (content: string) => ({ role: 'user', content }) as const
const long = 'x'.repeat(10_000)

describe('popItem', () => {
  it('asks the store once for what this handle wrote or read', async () => {
    const store = new RecordingStore()
    const writer = store.session('a')
    await writer.addItems([item('1'), item('2')])
    await writer.addItems([item('3')])
    store.take()
    expect([await writer.popItem(), await writer.popItem()]).toEqual([item('3'), item('2')])
    expect(store.take()).toEqual(['commit applied', 'commit applied'])

    const reader = store.session('a')
    await reader.getItems(5)
    store.take()
    expect(await reader.popItem()).toEqual(item('1'))
    expect(store.take()).toEqual(['commit applied'])
  })

  it('reads first where this handle knows nothing yet, or no more', async () => {
    const store = new RecordingStore()
    await store.session('a').addItems([item('1')])
    const session = store.session('a')
    store.take()
    expect(await session.popItem()).toEqual(item('1'))
    expect(await session.popItem()).toBeUndefined()
    expect(store.take()).toEqual(['read 1', 'commit applied', 'read 1'])
  })

  it('gives what is the newest now, where others wrote or popped meanwhile', async () => {
    const store = new RecordingStore()
    const [mine, other] = [store.session('a'), store.session('a')]
    await mine.addItems([item('1'), item('2')])
    await other.addItems([item('3')])
    store.take()
    expect(await mine.popItem()).toEqual(item('3'))
    expect(store.take(), 'one guess, not one for each record it knows').toEqual([
      'commit conflict',
      'read 1',
      'commit applied',
    ])
    await other.popItem()
    expect(await mine.popItem()).toEqual(item('1'))
    expect(await mine.popItem()).toBeUndefined()

    await mine.addItems([item('4')])
    await other.clearSession()
    expect(await mine.popItem()).toBeUndefined()
    expect(await store.getSessionInfo('a')).toBeUndefined()
  })

  it('gives the newest after the history was rewritten', async () => {
    const session = new MemoryStore().session('a')
    await session.addItems([item('1'), item('2')])
    await session.replaceHistoryWithCompaction([item('summary')])
    expect(await session.popItem()).toEqual(item('summary'))
    expect(await session.popItem()).toBeUndefined()
  })

  it('never removes a record that cannot be decoded, though this handle has seen it', async () => {
    const store = new RecordingStore()
    const session = store.session('a', { onCorrupt: 'skip' })
    await session.addItems([item('1')])
    await store.records.commit('a', { append: ['{"cut'] })
    expect(await session.getItems()).toEqual([item('1')])
    for (let time = 0; time < 2; time++) {
      await expect(session.popItem()).rejects.toMatchObject({ code: 'SESSION_RECORD_CORRUPT' })
    }
    expect(await store.records.read('a')).toHaveLength(2)
  })

  it('never removes a record that it wrote itself where its codec cannot read it any more', async () => {
    let readable = false
    const codec = {
      encode: jsonCodec.encode,
      decode: (record: string): object => (readable ? jsonCodec.decode(record) : Promise.reject(new Error('no key'))),
    }
    const session = new MemoryStore().session('a', { codec })
    await session.addItems([item('1')])
    await expect(session.popItem()).rejects.toMatchObject({ code: 'SESSION_RECORD_CORRUPT' })
    readable = true
    expect(await session.popItem()).toEqual(item('1'))
  })

  it('gives a fresh copy', async () => {
    const session = new MemoryStore().session('a')
    const written = { role: 'user' as const, content: 'as written' }
    await session.addItems([written])
    written.content = 'changed'
    expect(await session.popItem()).toEqual(item('as written'))
  })
})

describe('what a handle remembers', () => {
  it('is eight records at most, the newest', () => {
    const tail = new KnownTail()
    tail.append(Array.from({ length: 100 }, (_, index) => `${index}`))
    const popped = []
    for (; tail.newest !== undefined; tail.drop()) popped.push(tail.newest)
    expect(popped).toEqual(['99', '98', '97', '96', '95', '94', '93', '92'])
  })

  it('is 16,384 UTF-16 units at most, and leaves no gap', () => {
    const tail = new KnownTail()
    tail.replace(['a', long, 'b', long])
    tail.drop()
    expect(tail.newest).toBe('b')
    tail.drop()
    expect(tail.newest, 'two long ones are too much, and what is before them would be a guess').toBeUndefined()
    tail.append(['a'])
    tail.append([long + long])
    expect(tail.newest, 'one that is too long hides those before it').toBeUndefined()
    tail.append(['b'])
    tail.drop()
    expect(tail.newest).toBeUndefined()
  })
})
