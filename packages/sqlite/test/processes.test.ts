import { SQLiteSession } from '@sessions/sqlite'
import { rounds } from '@sessions/test-servers'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { Appender, countWholeBatches } from './support/appender.ts'
import { temporaryFile } from './support/folder.ts'

const starting = rounds(160, 40)
const pairs = rounds(50, 8)

async function contents(path: string, sessionId: string): Promise<string[]> {
  await using session = new SQLiteSession<{ content: string }>({ sessionId, path })
  return (await session.getItems()).map((item) => item.content)
}

it(`serves ${starting} processes that start on one new file at the same moment`, async () => {
  const path = temporaryFile()
  const writers = Array.from({ length: starting }, (_, index) => `w${index}`)
  const processes = await Promise.all(writers.map((writer) => Appender.start(path, 'shared', writer, 5)))
  await Promise.all(processes.map((process) => process.run()))
  const counts = countWholeBatches(await contents(path, 'shared'))
  expect(counts.size).toBe(starting)
  expect([...counts.values()].every((count) => count === 5)).toBe(true)
})

it(`keeps every acknowledged batch, whole, through ${2 * pairs} SIGKILLs of its writers`, async () => {
  const path = temporaryFile()
  const expected = new Map<string, number>()
  for (let round = 0; round < pairs; round++) {
    const pair = [`a${round}`, `b${round}`]
    const processes = await Promise.all(pair.map((writer) => Appender.start(path, 'killed', writer, 1_000_000)))
    await Promise.all(processes.map((process, index) => process.runUntilKilled(1 + ((round * 7 + index * 3) % 20))))
    for (const [index, writer] of pair.entries()) expected.set(writer, processes[index]?.acknowledged ?? 0)
  }
  const counts = countWholeBatches(await contents(path, 'killed'))
  const lost = [...expected].filter(([writer, acknowledged]) => (counts.get(writer) ?? 0) < acknowledged)
  expect(expected.size).toBe(2 * pairs)
  expect(lost).toEqual([])
  const database = new Database(path, { readonly: true })
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
  database.close()
})
