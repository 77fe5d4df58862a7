import { convertSessions, copySessions } from '@sessions/core/operations'
import { pythonCodec } from '@sessions/core/python'
import { usageOf } from '@sessions/core/usage'
import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { history, open, other, user } from './branches/history.ts'
import { python } from './branches/python.ts'
import { temporaryFile } from './support/folder.ts'

describe("a database with branches of Python's", () => {
  it('are turned over, copied and replaced each by itself', async () => {
    const path = temporaryFile()
    python(path, 's', ...history)
    await using store = new SQLiteStore({ path, branch: 'other' })
    const call = { type: 'function_call', callId: 'c9', name: 'look', arguments: '{}', status: 'completed' }
    await store.session<object>('s').addItems([call])
    const before = python(path, 's', ['items', 'main'], ['structure', 'main'], ['structure', 'other'])
    const usage = await usageOf(store.session('s'))
    expect(await convertSessions(store, store, { codec: pythonCodec })).toMatchObject({ replaced: 1 })
    expect(python(path, 's', ['items', 'main'], ['structure', 'main'], ['structure', 'other'])).toEqual(before)
    expect(python(path, 's', ['items', 'other'])).toMatchObject([[...other, { type: 'function_call', call_id: 'c9' }]])
    expect(await usageOf(store.session('s'))).toEqual(usage)

    await using copy = new SQLiteStore({ path: temporaryFile(), branch: 'main' })
    await copySessions(store, copy)
    expect(await copy.records.read('s')).toEqual(await store.records.read('s'))
    await copy.session('s').addItems([user('elsewhere')])
    await store.session('s').addItems([user('here'), user('here, too')])
    await copySessions(copy, store, { onConflict: 'replace' })
    expect(await store.records.read('s')).toEqual(await copy.records.read('s'))
    expect(python(path, 's', ['items', 'main'], ['structure', 'main'])).toEqual(before.slice(0, 2))
    expect((await usageOf(store.session('s'))).requests, 'of another history').toBe(0)
  })

  it('have the usage that Python counted', async () => {
    const path = temporaryFile()
    python(path, 's', ...history)
    await using ours = open(path, 'main')
    const first = { requests: 2, inputTokens: 100, outputTokens: 10, cachedTokens: 60, reasoningTokens: 4 }
    const second = { requests: 1, inputTokens: 50, outputTokens: 5, cachedTokens: 0, reasoningTokens: 0 }
    const total = { requests: 3, inputTokens: 150, outputTokens: 15, cachedTokens: 60, reasoningTokens: 4 }
    expect(await usageOf(ours)).toMatchObject({
      ...total,
      agents: { unknown: total },
      turns: [
        { ...first, runId: 'turn 1', at: expect.any(Date) },
        { ...second, runId: 'turn 2' },
      ],
    })
    await ours.rewind({ turns: 2 })
    expect(await usageOf(ours)).toMatchObject(first)
  })

  it('are refused where none is named, where there are none, and within a transaction of the caller', async () => {
    const path = temporaryFile()
    python(path, 's', ...history)
    await using plain = new SQLiteSession({ sessionId: 's', path })
    await expect(plain.getItems()).rejects.toMatchObject({
      code: 'SESSION_SCHEMA_UNSUPPORTED',
      message: expect.stringContaining('option branch'),
    })
    const [, before] = python(path, 's', ['items', 'main'], ['rows'])
    await expect(plain.addItems([user('lost')])).rejects.toMatchObject({ code: 'SESSION_SCHEMA_UNSUPPORTED' })
    expect(python(path, 's', ['rows'])).toEqual([before])

    const another = temporaryFile()
    await using first = new SQLiteSession({ sessionId: 's', path: another })
    await first.addItems([user('of no branch')])
    await using named = new SQLiteSession({ sessionId: 's', path: another, branch: 'main' })
    await expect(named.getItems()).rejects.toMatchObject({
      code: 'SESSION_SCHEMA_UNSUPPORTED',
      message: expect.stringContaining('of no branch'),
    })
    expect(await first.getItems()).toEqual([user('of no branch')])

    await using store = new SQLiteStore({ path, branch: 'main' })
    const database = new Database(path)
    expect(() => store.using(database)).toThrow(expect.objectContaining({ code: 'SESSION_UNSUPPORTED' }))
    database.close()
    for (const branch of ['', '\0', '\ud800']) expect(() => new SQLiteStore({ branch })).toThrow(/branch/)
    await using fresh = new SQLiteSession<object>({ sessionId: 's', path: temporaryFile(), branch: 'main' })
    expect(await fresh.getItems()).toEqual([])
  })
})
