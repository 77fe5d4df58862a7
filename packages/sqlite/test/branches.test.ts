import { pythonCodec } from '@sessions/core/python'
import { ManualClock } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { answer, history, main, open, other, texts, user } from './branches/history.ts'
import { python } from './branches/python.ts'
import { collect } from './support/collect.ts'
import { temporaryFile } from './support/folder.ts'

describe("the branches of Python's AdvancedSQLiteSession", () => {
  it('are read each by itself, in their order, and written in turn with Python', async () => {
    const path = temporaryFile()
    python(path, 's', ...history)
    await using ours = open(path, 'main')
    await using beside = open(path, 'other')
    expect(texts(await ours.getItems())).toEqual(main)
    expect(texts(await beside.getItems())).toEqual(other)
    expect(texts(await ours.getItems(2))).toEqual(main.slice(-2))
    expect((await beside.turns()).map(({ entries }) => entries.length)).toEqual([4, 2])
    expect(await ours.info()).toMatchObject({ itemCount: 7 })

    const added = [
      answer('3'),
      user('four'),
      { type: 'mcp_call', id: 'm', server_label: 'files', name: 'read', arguments: '{}' },
    ]
    await ours.addItems(added.map((item) => pythonCodec.decode(JSON.stringify(item))))
    await beside.addItems([user('four, rather')])
    const [inMain, inOther, structure] = python(
      path,
      's',
      ['items', 'main'],
      ['items', 'other'],
      ['structure', 'main'],
      ['add', 'main', [answer('4')]],
    )
    expect(inMain).toEqual([...main, ...added])
    expect(inOther).toEqual([...other, user('four, rather')])
    // As Python would have numbered them.
    expect((structure as unknown[]).slice(-4)).toEqual([
      ['user', 3, 3, null],
      ['assistant', 3, 3, null],
      ['user', 4, 4, null],
      ['mcp_call', 4, 4, 'files.read'],
    ])
    expect(texts(await ours.getItems()).at(-1)).toEqual(answer('4'))
  })

  it('have the rows of Python for each kind of item', async () => {
    const path = temporaryFile()
    const items = [
      { role: 'user', type: 'message', content: [] },
      { role: 'system', content: 'rules' },
      { role: 'developer', type: 'message', content: 'rules' },
      { type: 'reasoning', id: 'r', summary: [] },
      { type: 'web_search_call', id: 'w', name: 'ignored' },
      { type: 'tool_search_output', tools: [] },
      { type: 'mcp_approval_request', id: 'a', server_label: 'files', name: '' },
      { type: 'mcp_call', id: 'a', server_label: '', name: 'read' },
      { type: 'mcp_call', id: 'a', name: 'read' },
      { type: 'function_call', name: 'look', namespace: 'eyes', call_id: 'c', arguments: '{}' },
      { type: 'function_call', name: 'look', namespace: 'look', call_id: 'c', arguments: '{}' },
      { type: 'custom_tool_call', name: "it's", namespace: '', call_id: 'c', input: '' },
      { __enc__: 1, v: 1, kid: 'hkdf-v1', payload: 'gAAA' },
      { content: 'no role, no type' },
    ]
    const [, theirs] =
      python(path, 'theirs', ['tables'], ['add', 'main', items]) &&
      python(path, 'theirs', ['rows'], ['structure', 'main'])
    await using store = new SQLiteStore({ path, branch: 'main' })
    await store.records.commit('s', { append: items.map((item) => JSON.stringify(item)) })
    await store.records.commit('s', {
      append: ['{"role": "user", "logprob": NaN, "deep": -Infinity}', '{"role": "user"'],
    })
    const [ours] = python(path, 's', ['structure', 'main']) as [unknown[]]
    expect(ours.slice(0, items.length)).toEqual(theirs)
    expect(ours.slice(items.length)).toEqual([
      ['user', 2, 2, null],
      ['other', 2, 2, null],
    ])
  })

  it('keep what other branches share when one is popped, rewound, replaced or cleared', async () => {
    const path = temporaryFile()
    python(path, 's', ...history)
    await using ours = open(path, 'other')
    expect(texts([(await ours.popItem()) as object])).toEqual([answer('2, rather')])
    expect(await ours.rewind({ turns: 2 })).toHaveLength(5)
    expect(python(path, 's', ['items', 'other'], ['items', 'main'])).toEqual([[], main])
    await ours.addItems([user('anew')])
    await ours.replaceItems([user('anew'), user('and more')])
    expect(python(path, 's', ['items', 'other'], ['items', 'main'])).toEqual([[user('anew'), user('and more')], main])
    await ours.clearSession()
    expect(python(path, 's', ['items', 'other'], ['items', 'main'], ['generation'])).toEqual([[], main, 0])
    expect(await ours.info()).toMatchObject({ itemCount: 0 })
    await using rest = open(path, 'main')
    await rest.clearSession()
    // With its last branch the session is gone, and Python's processes that were in another branch find out.
    expect(await rest.info()).toBeUndefined()
    expect(python(path, 's', ['rows'], ['generation'])).toEqual([
      { agent_sessions: 0, agent_messages: 0, message_structure: 0, turn_usage: 0, branch_reservations: 0 },
      1,
    ])
  })

  it('go all of them when the session is deleted, cleared by Python, or expires', async () => {
    const path = temporaryFile()
    const clock = new ManualClock()
    const none = { agent_sessions: 0, agent_messages: 0, message_structure: 0, turn_usage: 0, branch_reservations: 0 }
    python(path, 's', ...history)
    await using store = new SQLiteStore({ path, branch: 'other', ttl: 60, clock })
    expect(await store.deleteSession('s')).toBe(true)
    expect(python(path, 's', ['rows'], ['generation'])).toEqual([none, 1])
    await store.session<object>('s').addItems([user('anew')])
    python(path, 's', ['add', 'main', [user('beside')]])
    clock.advance(120_000_000)
    expect(await store.session('s').getItems()).toEqual([])
    expect(await store.purgeExpired()).toBe(1)
    expect(python(path, 's', ['rows'], ['generation'])).toEqual([none, 2])
    await store.session<object>('s').addItems([user('again')])
    python(path, 's', ['clear'])
    expect(await store.session('s').getItems()).toEqual([])
    expect(await store.getSessionInfo('s')).toBeUndefined()
  })

  it('go by the number of a message, not by its id, and tell branches apart that differ in case or quotes only', async () => {
    const path = temporaryFile()
    python(path, 's', ['tables'], ['add', 'main', [user('b'), user('c'), user('a'), user('a, too')]])
    const database = new Database(path)
    database.exec(`UPDATE message_structure SET sequence_number = CASE id WHEN 3 THEN 1 WHEN 4 THEN 1 ELSE id + 9 END`)
    database.close()
    const expected = [user('a'), user('a, too'), user('b'), user('c')]
    await using ours = open(path, 'main')
    expect(await ours.getItems()).toEqual(expected)
    expect(await collect(ours.items({ pageSize: 1 }))).toEqual(expected)
    const page = await ours.page({ limit: 2 })
    const older = await ours.page({ limit: 9, before: page.entries[0]?.id ?? '' })
    expect([...older.entries, ...page.entries].map(({ item }) => item)).toEqual(expected)
    const newer = await ours.page({ limit: 9, after: older.entries[0]?.id ?? '' })
    expect(newer.entries.map(({ item }) => item)).toEqual(expected.slice(1))
    await using copies = new SQLiteStore({ path, branch: 'main' })
    await copies.forkSession('s', 'fork', { upTo: page.entries[0]?.id ?? '' })
    expect(python(path, 'fork', ['items', 'main'])).toEqual([expected.slice(0, 3)])
    for (const branch of ['MAIN', "ma'in", 'ma"in; --']) {
      await using session = open(path, branch)
      expect(await session.getItems()).toEqual([])
      await session.addItems([user(branch)])
      expect(python(path, 's', ['items', branch])).toEqual([[user(branch)]])
    }
    expect(await ours.rewind({ entry: newer.entries[1]?.id ?? '' })).toEqual(expected.slice(2))
    expect(python(path, 's', ['items', 'main'])).toEqual([expected.slice(0, 2)])
  })

  it('remember operations each by itself', async () => {
    const path = temporaryFile()
    await using ours = open(path, 'main')
    await using beside = open(path, 'other')
    const transaction = { type: 'append_items', items: [user('once')] } as const
    for (const session of [ours, beside, ours, beside]) {
      await session.applyHistoryTransaction({ operationId: 'op', transaction })
      expect(await session.getItems()).toEqual([user('once')])
    }
    await beside.clearSession()
    await ours.applyHistoryTransaction({ operationId: 'op', transaction })
    await beside.applyHistoryTransaction({ operationId: 'op', transaction })
    expect(python(path, 's', ['items', 'main'], ['items', 'other'])).toEqual([[user('once')], [user('once')]])
  })
})
