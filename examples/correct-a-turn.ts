// Takes back the last turn, the answer and the question, and asks again: the agent never learns of the mistake.
//   node examples/correct-a-turn.ts [file]      default: in memory
import assert from 'node:assert/strict'
import { Agent, Runner } from '@openai/agents'
import type { Session } from '@sessions/core'
import { SQLiteSession } from '@sessions/sqlite'
import { offlineModel, userTexts } from './offline-model.ts'
import { printItem, printNote } from './print-item.ts'

const agent = new Agent({ name: 'Guide', instructions: 'You know the capitals of the world.' })
const model = offlineModel((shown) => {
  const asked = userTexts(shown)
  if (asked.at(-1)?.includes('Australia')) return 'Canberra.'
  return asked.length === 1 ? 'Ask me for one!' : `Vienna. So far you have said: ${asked.join(' ')}`
})
const runner = new Runner({ model, tracingDisabled: true })

const session = new SQLiteSession({ sessionId: 'correct-a-turn', path: process.argv[2] ?? ':memory:' })
await session.clearSession() // so that the example can be run again on the same file
await runner.run(agent, 'I collect capitals.', { session })
const before = await session.getItems()

await runner.run(agent, 'What is the capital of Australia?', { session })
printNote('Asked by mistake:')
for (const item of (await session.getItems()).slice(before.length)) printItem(item)

await takeBackTurn(session)
assert.deepEqual(await session.getItems(), before)

await runner.run(agent, 'What is the capital of Austria?', { session })
printNote('Taken back and asked again. The history is now:')
const history = await session.getItems()
history.forEach(printItem)
assert.ok(!JSON.stringify(history).includes('Australia'), 'the mistake is still in the history')
await session.close()

/** Pops until the question is gone. An answer may be several items: tool calls, their results, reasoning, the text. */
async function takeBackTurn(session: Session): Promise<void> {
  for (;;) {
    const item = await session.popItem()
    if (item === undefined || ('role' in item && item.role === 'user')) return
  }
}
