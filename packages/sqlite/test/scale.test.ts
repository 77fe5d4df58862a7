import { execFileSync } from 'node:child_process'
import { SQLiteSession } from '@sessions/sqlite'
import { rounds } from '@sessions/test-servers'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { prepareStatements } from '../src/statements.ts'
import { deriveNames } from '../src/tables.ts'
import { temporaryFile } from './support/folder.ts'

interface Step {
  detail: string
}

const items = rounds(1_000_000, 200_000)

it(`reads the last 20 of ${items} items by the index, and iterates over all in constant memory`, async () => {
  const path = temporaryFile()
  const session = new SQLiteSession({ sessionId: 'long', path })
  for (let start = 0; start < items; start += 50_000) {
    const batch = Array.from(
      { length: 50_000 },
      (_, index) => ({ role: 'user', content: `message ${start + index}` }) as const,
    )
    await session.addItems(batch)
  }
  const newest = await session.getItems(20)
  expect(newest.map((item) => 'content' in item && item.content)).toEqual(
    Array.from({ length: 20 }, (_, index) => `message ${items - 20 + index}`),
  )

  const database = new Database(path, { readonly: true })
  const statements = prepareStatements(database, deriveNames({}))
  const listing = {
    now: 0,
    limit: 20,
    before: ':',
    beforeId: '',
    after: '',
    prefix: 'a',
    prefixEnd: 'b',
    metadata: '[]',
  }
  const parameters = {
    newest: ['long', 'long', 0, 20],
    all: ['long', 'long', 0, -1],
    page: ['long', 0, 'long', 0, 20],
    entriesBack: ['long', 0, 'long', 0, 20],
    entriesOn: ['long', 0, 0, 'long', 0, 'long', 0, 20],
    endOfSlice: ['long', 0, 0, 20],
    newestId: ['long'],
    tail: ['long', 20],
    recent: [listing],
    chosen: [{ ...listing, ids: '[]' }],
    withPrefix: [listing],
    withMetadata: [{ key: '', value: '', limit: 20 }],
    operation: ['long', 'operation', ''],
    forgetOperations: ['', 4],
    expired: [{ at: 0, from: '', now: 0, limit: 20 }],
  }
  const plan = (name: keyof typeof parameters): string => {
    const { source } = statements[name] as unknown as { source: string }
    const steps = database.prepare(`EXPLAIN QUERY PLAN ${source}`).all(...parameters[name]) as Step[]
    return steps.map(({ detail }) => detail).join('\n')
  }
  const byIndex = ['newest', 'all', 'page', 'tail', 'entriesBack', 'entriesOn', 'endOfSlice', 'newestId'] as const
  for (const name of byIndex) {
    expect(plan(name)).toMatch(/agent_messages USING (COVERING )?INDEX idx_agent_messages_session_id \(session_id=\?/)
    expect(plan(name)).not.toContain('TEMP B-TREE')
    expect(plan(name)).not.toMatch(/SCAN/)
  }
  for (const name of [
    'recent',
    'chosen',
    'withPrefix',
    'withMetadata',
    'operation',
    'forgetOperations',
    'expired',
  ] as const) {
    expect(plan(name), name).not.toContain('TEMP B-TREE')
    expect(plan(name), name).not.toMatch(/SCAN (?!wanted|json_each)/)
  }
  expect(plan('recent')).toContain('idx_agent_sessions_updated_at (updated_at>? AND (updated_at,session_id)<(?,?))')
  expect(plan('withMetadata')).toContain('idx_agent_sessions_metadata_value (key=? AND value=?)')
  expect(plan('expired')).toContain(
    'idx_agent_sessions_not_before ((not_before_ms,session_id)>(?,?) AND not_before_ms<?)',
  )
  expect(plan('forgetOperations')).toContain('idx_agent_sessions_forget_at (forget_at<?)')
  database.close()

  const { entries } = await session.page({ limit: items })
  const timeOf = async (index: number): Promise<number> => {
    const before = entries[index]?.id ?? ''
    const times: number[] = []
    for (let round = 0; round < 50; round++) {
      const begun = performance.now()
      expect((await session.page({ before })).entries).toHaveLength(50)
      times.push(performance.now() - begun)
    }
    return Math.min(...times)
  }
  const [newestPage, ...others] = [await timeOf(items - 1), await timeOf(items / 2), await timeOf(100)]
  for (const time of others) expect(time).toBeLessThan(3 * newestPage)
  await session.close()

  const program = new URL('./programs/iterate.ts', import.meta.url).pathname
  const { count, extraMiB } = JSON.parse(
    execFileSync(process.execPath, ['--expose-gc', program, path], { encoding: 'utf8' }),
  )
  expect(count).toBe(items)
  expect(extraMiB).toBeLessThan(64)
})
