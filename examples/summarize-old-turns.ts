// Puts a summary in the place of old turns, so that a long conversation stays cheap: by hand, and after each turn by itself. What others
// write meanwhile is kept.
//   node examples/summarize-old-turns.ts [file]      default: in memory
import assert from 'node:assert/strict'
import { Agent, type AgentInputItem, Runner } from '@openai/agents'
import { CompactingSession, compactHistory, type Summarize } from '@sessions/core/history'
import { SQLiteStore } from '@sessions/sqlite'
import { offlineModel, textOf, userTexts } from './offline-model.ts'
import { printItem, printNote } from './print-item.ts'

const guide = new Agent({ name: 'Guide', instructions: 'You plan journeys.' })
const writer = new Agent({ name: 'Writer', instructions: 'You sum up in one sentence what the user has said.' })
const model = offlineModel((shown) => {
  const asked = textOf(shown.at(-1))
  return asked.startsWith('Sum up: ') ? `So far: ${asked.replaceAll(/Sum up: |So far: /g, '')}` : `Noted: ${asked}`
})
const runner = new Runner({ model, tracingDisabled: true })

const store = new SQLiteStore({ path: process.argv[2] ?? ':memory:' })
const session = store.session('summarize-old-turns')
await session.delete() // so that the example can be run again on the same file

/** Any agent will do. What it returns takes the place of the items. */
const summarize: Summarize = async (items, { signal }) => {
  const said = items.map((item) =>
    'role' in item && item.role === 'system' ? textOf(item) : userTexts([item]).join(' '),
  )
  const { finalOutput } = await runner.run(writer, `Sum up: ${said.filter((text) => text !== '').join(' ')}`, {
    signal,
  })
  return [{ role: 'system', content: finalOutput ?? '' }]
}

for (const message of ['I travel in May.', 'I go to Oslo.', 'I take the train.']) {
  await runner.run(guide, message, { session })
}
const counts = await compactHistory(session, { maxItems: 4, keepTurns: 1, summarize })
printNote(`${counts?.removed} items were summarized, ${counts?.kept} stay as they are:`)
await show()

// The same after each turn, without being asked. A failure never ends a run.
const compacting = new CompactingSession({
  underlyingSession: session,
  maxItems: 4,
  keepTurns: 1,
  summarize,
  onError: (error) => console.error(error),
})
for (const message of ['I bring a friend.', 'We like museums.'])
  await runner.run(guide, message, { session: compacting })
printNote('Two turns later, summarized by itself:')
const history = await show()
assert.ok(history.length <= 4, 'it was not summarized')
await store.close()

async function show(): Promise<AgentInputItem[]> {
  const items = await session.getItems()
  items.forEach(printItem)
  return items
}
