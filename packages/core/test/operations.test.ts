import { MemoryStore, SessionError } from '@sessions/core'
import { copySessions, exportSessions, importSessions, linesOf, verifySessions } from '@sessions/core/operations'
import { describe, expect, it } from 'vitest'

async function filled(sessions: number, content = 'Hello'): Promise<MemoryStore> {
  const store = new MemoryStore()
  for (let index = 0; index < sessions; index++) {
    await store.session(`user_${index}`).addItems([{ role: 'user', content }])
  }
  return store
}

async function count(store: MemoryStore): Promise<number> {
  return (await all(store.listSessions())).length
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const value of values) found.push(value)
  return found
}

/** Can be read once, like a pipe. */
async function* once(lines: readonly string[]): AsyncIterable<string> {
  yield* lines
}

describe('what is no store, option or line', () => {
  it('is named by a TypeError or RangeError, and nothing is done', async () => {
    const [from, to] = [await filled(1), new MemoryStore()]
    await expect(copySessions({} as never, to)).rejects.toThrow(/from must be a store/)
    await expect(copySessions(from, null as never)).rejects.toThrow(/to must be a store/)
    await expect(copySessions(from, from)).rejects.toThrow(/must not be the same store/)
    await expect(copySessions(from, to, { onConflict: 'merge' as never })).rejects.toThrow(/onConflict must be/)
    await expect(copySessions(from, to, { concurrency: 0 })).rejects.toThrow(RangeError)
    await expect(copySessions(from, to, { filters: {} } as never)).rejects.toThrow(/filters/)
    await expect(copySessions(from, to, { filter: { prefix: undefined } as never })).rejects.toThrow(/prefix/)
    await expect(importSessions(to, 5 as never)).rejects.toThrow(/lines must be lines/)
    expect(() => exportSessions(from, { signal: 5 } as never)).toThrow(/signal/)
    expect(() => exportSessions(from, { sessionIds: 'user_1' } as never)).toThrow(/sessionIds/)
    expect(() => exportSessions(from, { sessionIds: ['user_1', ''] })).toThrow(/sessionIds\[1\]/)
    expect(() => exportSessions(from, { sessionIds: [], filter: {} })).toThrow(/filter and sessionIds/)
    expect(() => verifySessions(from, { codec: 'json' } as never)).toThrow(/codec/)
    expect(await count(to)).toBe(0)
  })

  it('is told by the number of its line, which is not quoted', async () => {
    const lines = await all(exportSessions(await filled(2, 'a secret')))
    const wrong: readonly [string[], RegExp][] = [
      [[], /Line 1: the file is empty/],
      [['a secret'], /Line 1: it is no JSON/],
      [lines.with(0, '{"format":"@sessions/core","version":2}'), /Line 1: the format has version 2; .* reads 1/],
      [lines.toSpliced(1, 1), /Line 2: a record stands outside/],
      [lines.with(2, '{"record":"a secret","by":"x"}'), /Line 3: it has an unknown member/],
      [
        lines.with(2, (lines[2] ?? '').replace('a secret', 'another')),
        /Line 4: the session is not what its digest says/,
      ],
      [lines.slice(0, 5), /Line 6: the file is truncated/],
      [[...lines, ...lines], /Line \d+: something follows the last line/],
      [
        lines.with(1, (lines[1] ?? '').replace(/"createdAt":"[^"]+"/, '"createdAt":"soon"')),
        /Line 2: createdAt must be/,
      ],
    ]
    const to = new MemoryStore()
    for (const [given, message] of wrong) {
      for (const source of [given, once(given)]) {
        const error = await importSessions(to, source).catch((reason: unknown) => reason)
        expect(error).toBeInstanceOf(SessionError)
        expect(error).toMatchObject({ code: 'SESSION_EXPORT_DAMAGED', message: expect.stringMatching(message) })
        expect(String((error as Error).stack)).not.toContain('secret')
      }
    }
    expect(await count(to)).toBe(0)
  })
})

describe('the pieces of an export', () => {
  it('are its lines in UTF-8, each whole in one piece, whatever the lines are long and of whichever characters', async () => {
    const store = await filled(40, 'ü 🙂 \u2028 "'.repeat(500))
    for (const length of [60_000, 65_536, 119_990, 300_000]) {
      for (const character of ['x', 'ü', '語']) {
        const content = character.repeat(length)
        await store.session(`long ${length} ${character}`).addItems(Array(3).fill({ role: 'user', content }))
      }
    }
    const pieces = await all(exportSessions(store).pieces())
    const decoder = new TextDecoder('utf-8', { fatal: true })
    const texts = pieces.map((piece) => decoder.decode(piece))
    expect(texts.length).toBeGreaterThan(10)
    expect(texts.every((text) => text.endsWith('\n'))).toBe(true)
    const lines = await all(exportSessions(store))
    expect(texts.join('')).toBe(lines.join(''))
    const to = new MemoryStore()
    expect(await importSessions(to, lines)).toMatchObject({ created: 52, records: 76 })
    expect(await all(exportSessions(to))).toEqual(lines)
  })
})

describe('an export of certain sessions', () => {
  it('has those that are there, each once, in the order of their ids', async () => {
    const store = await filled(4)
    const lines = await all(exportSessions(store, { sessionIds: ['user_2', 'missing', 'user_0', 'user_2'] }))
    const begun = lines.map((line) => JSON.parse(line).session).filter((id) => id !== undefined)
    expect(begun).toEqual(['user_2', 'user_0'])
    const to = new MemoryStore()
    expect(await importSessions(to, lines)).toMatchObject({ created: 2, records: 2 })
    expect(await all(exportSessions(store, { sessionIds: [] }))).toHaveLength(2)
  })
})

describe('lines that can be read once', () => {
  it('are imported whole where little is held, and say what was imported before the damage where it is much', async () => {
    const small = await all(exportSessions(await filled(3)))
    const to = new MemoryStore()
    expect(await importSessions(to, once(small))).toMatchObject({ created: 3 })
    const large = await all(exportSessions(await filled(30, 'x'.repeat(1_000_000))))
    const other = new MemoryStore()
    await expect(importSessions(other, once(large.slice(0, -1)))).rejects.toThrow(/30 whole sessions before it were/)
    expect(await count(other)).toBe(30)
    expect(await importSessions(other, once(large))).toMatchObject({ equal: 30, created: 0 })
  })

  it('are cut anew from pieces of any size, in the middle of a character too', async () => {
    const lines = await all(exportSessions(await filled(2, 'ü 🙂 \u2028 "')))
    const bytes = new TextEncoder().encode(lines.join(''))
    for (const size of [1, 3, 7, 100_000]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      )
      const to = new MemoryStore()
      expect(await importSessions(to, linesOf(pieces))).toMatchObject({ created: 2 })
      expect(await all(exportSessions(to))).toEqual(lines)
    }
    await expect(all(linesOf([new Uint8Array([0xff, 0x0a])]))).rejects.toThrow(TypeError)
  })
})

describe('a copy', () => {
  it('tells how far it is, ends where the caller ends it, and goes on from there', async () => {
    const [from, to] = [await filled(350), new MemoryStore()]
    const seen: number[] = []
    const enough = new Error('enough')
    const onProgress = ({ done }: { done: number }): void => {
      seen.push(done)
      if (seen.length === 2) throw enough
    }
    await expect(copySessions(from, to, { onProgress })).rejects.toBe(enough)
    expect(seen).toEqual([100, 200])
    await expect(copySessions(from, to, { signal: AbortSignal.abort(enough) })).rejects.toBe(enough)
    const { created, equal } = await copySessions(from, to)
    expect([created + equal, equal >= 200]).toEqual([350, true])
    expect(await all(exportSessions(to))).toEqual(await all(exportSessions(from)))
  })

  it('copies what the filter says, and keeps keys that are special elsewhere', async () => {
    const [from, to] = [await filled(3), new MemoryStore()]
    const metadata = JSON.parse('{"__proto__":{"a":1},"constructor":"b"}')
    await from.session('user_1').setMetadata(metadata)
    expect(await copySessions(from, to, { filter: { prefix: 'user_1' } })).toMatchObject({ created: 1 })
    expect(JSON.stringify((await to.getSessionInfo('user_1'))?.metadata)).toBe(JSON.stringify(metadata))
    const again = new MemoryStore()
    await importSessions(again, await all(exportSessions(to)))
    expect(await again.getSessionInfo('user_1')).toEqual(await from.getSessionInfo('user_1'))
  })

  it('merges nothing that both sides have written', async () => {
    const [from, to] = [await filled(1), new MemoryStore()]
    await copySessions(from, to)
    await to.session('user_0').addItems([{ role: 'user', content: 'there' }])
    await from.session('user_0').addItems([{ role: 'user', content: 'here' }])
    await expect(copySessions(from, to)).rejects.toMatchObject({ code: 'SESSION_EXISTS', sessionId: 'user_0' })
    expect(await copySessions(from, to, { onConflict: 'skip' })).toMatchObject({ skipped: 1 })
    expect((await to.session('user_0').getItems()).length).toBe(2)
  })
})

it('copies a session as it is at one instant, also where it is changed between the looks at it', async () => {
  class ChangingStore extends MemoryStore {
    left = 3
    protected override async _operations(sessionId: string): ReturnType<MemoryStore['_operations']> {
      if (this.left > 0) await this.records.commit(sessionId, { append: ['{}'], metadata: { left: --this.left } })
      return super._operations(sessionId)
    }
  }
  const [from, to] = [new ChangingStore(), new MemoryStore()]
  await from.session('a').addItems([{ role: 'user', content: 'Hello' }])
  await copySessions(from, to)
  expect(await to.getSessionInfo('a')).toMatchObject({ itemCount: 4, metadata: { left: 0 } })
})
