// A user edits an earlier message. Either everything from that message on is taken back and asked anew (rewind), or the
// conversation goes on in a branch of its own and the old one stays (fork).
//   node examples/edit-a-message.ts [file]      default: in memory
import assert from 'node:assert/strict'
import { Agent, Runner } from '@openai/agents'
import type { StoredSession } from '@sessions/core'
import { SQLiteStore } from '@sessions/sqlite'
import { offlineModel, userTexts } from './offline-model.ts'
import { printItem, printNote } from './print-item.ts'

const agent = new Agent({ name: 'Guide', instructions: 'You plan journeys.' })
const model = offlineModel((shown) => `Noted: ${userTexts(shown).join(' ')}`)
const runner = new Runner({ model, tracingDisabled: true })

const store = new SQLiteStore({ path: process.argv[2] ?? ':memory:' })
for (const id of ['journey', 'journey/edited']) await store.deleteSession(id) // so that the example can be run again

const session = store.session('journey')
await session.setMetadata({ userId: 'ada' })
for (const message of ['I travel in May.', 'I go to Oslo.', 'I take the train.']) {
  await runner.run(agent, message, { session })
}
const before = await session.getItems()

const branch = await editInBranch(session, 'I go to Oslo.', 'I go to Bergen.')
printNote('In a branch, Oslo became Bergen:')
for (const item of await branch.getItems()) printItem(item)
assert.deepEqual(await session.getItems(), before)
for await (const { sessionId, metadata } of store.listSessions({ metadata: { forkedFrom: 'journey' } })) {
  printNote(`${sessionId} is a branch of ${metadata?.forkedFrom}, of the same user: ${metadata?.userId}.`)
}

await editInPlace(session, 'I go to Oslo.', 'I go to Lisbon.')
printNote('In place, Oslo became Lisbon, and what had been said after it is gone:')
const after = await session.getItems()
after.forEach(printItem)
assert.ok(!JSON.stringify(after).includes('Oslo'), 'the old message is still in the history')
await store.close()

/** The old conversation stays as it is. A first message has nothing before it: begin an empty session instead. */
async function editInBranch(session: StoredSession, old: string, edited: string): Promise<StoredSession> {
  const turns = await session.turns()
  const before = turns[turns.findIndex(({ entries }) => userTexts(entries.map(({ item }) => item)).includes(old)) - 1]
  const upTo = before?.entries.at(-1)?.id
  assert.ok(upTo !== undefined, `nothing is said before "${old}"`)
  await store.forkSession(session.sessionId, `${session.sessionId}/edited`, { upTo })
  const branch = store.session(`${session.sessionId}/edited`)
  await runner.run(agent, edited, { session: branch })
  return branch
}

/** Nobody can answer the old message meanwhile: the session is this function's until the run has ended. */
async function editInPlace(session: StoredSession, old: string, edited: string): Promise<void> {
  await session.exclusive(async ({ session, signal }) => {
    const turns = await session.turns()
    const turn = turns.find(({ entries }) => userTexts(entries.map(({ item }) => item)).includes(old))
    assert.ok(turn !== undefined, `"${old}" was not said`)
    await session.rewind({ entry: turn.first }) // gives back what it removed
    await runner.run(agent, edited, { session, signal })
  })
}
