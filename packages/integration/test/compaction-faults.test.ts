import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { SQLiteStore } from '@sessions/sqlite'
import { expect, it } from 'vitest'
import type { CompactUntilKilledInput } from './programs/compact-until-killed.ts'
import { temporaryFile } from './temporary-file.ts'

const program = fileURLToPath(new URL('./programs/compact-until-killed.ts', import.meta.url))
const isLong = process.env.SESSIONS_TEST_FAULTS === 'all'
/** So many processes compact, each a session of its own file, while this one appends to all of them. */
const atOnce = 4

it.each([
  { by: 'summarize', rounds: isLong ? 100 : 16 },
  { by: 'client', rounds: isLong ? 100 : 4 },
] as const)('loses nothing where a process that compacts by $by is killed, $rounds times', async ({ by, rounds }) => {
  expect(await killed(by, rounds)).toEqual({ rounds, lost: 0, doubled: 0, metadataLost: 0 })
})

it.runIf(isLong)("counts what the SDK's class loses in as many rounds", async () => {
  const figures = await killed('sdk', 100)
  console.info("the SDK's compaction session:", figures)
  expect(figures.rounds).toBe(100)
})

interface Figures {
  rounds: number
  /** Items whose append was acknowledged, and that are neither in the history nor in what stands for it. */
  lost: number
  doubled: number
  metadataLost: number
}

async function killed(by: CompactUntilKilledInput['by'], times: number): Promise<Figures> {
  const figures: Figures = { rounds: 0, lost: 0, doubled: 0, metadataLost: 0 }
  let begun = 0
  const line = async (): Promise<void> => {
    while (begun++ < times) {
      const { lost, doubled, metadataLost } = await round(by)
      figures.rounds++
      figures.lost += lost
      figures.doubled += doubled
      figures.metadataLost += metadataLost
    }
  }
  await Promise.all(Array.from({ length: atOnce }, line))
  return figures
}

/** One process that compacts until it is killed, at some moment, while this one appends. */
async function round(by: CompactUntilKilledInput['by']): Promise<Figures> {
  const input: CompactUntilKilledInput = { path: temporaryFile('compacted.db'), sessionId: 's', by }
  await using store = new SQLiteStore({ path: input.path })
  const session = store.session(input.sessionId)
  let added = 0
  const add = (): Promise<void> => session.addItems([{ role: 'user', content: `m${added++}.` }])
  await session.setMetadata({ userId: 'ada' })
  for (let time = 0; time < 5; time++) await add()
  const child = spawn(process.execPath, [program, JSON.stringify(input)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  await Promise.race([once(child.stdout, 'data'), ended.then(() => Promise.reject(new Error('It has ended early.')))])
  for (let time = 5 + Math.random() * 20; time > 0; time--) await add()
  child.kill('SIGKILL')
  await Promise.all([ended, add()])
  const items = await session.getItems()
  const names = JSON.stringify(items).match(/m\d+\./g) ?? []
  const found = new Set(names)
  const metadata = (await session.info())?.metadata
  return {
    rounds: 1,
    lost: added - found.size,
    doubled: names.length - found.size,
    metadataLost: metadata?.userId === 'ada' ? 0 : 1,
  }
}
