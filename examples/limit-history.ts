// The session keeps everything; the model is shown less. A window never begins between a tool call and its result, which
// the model's API would refuse.
//   node examples/limit-history.ts [file]      default: in memory
import assert from 'node:assert/strict'
import { Agent, type AgentInputItem, Runner, type SessionInputCallback, tool } from '@openai/agents'
import { keepLastTurns, keepWithin } from '@sessions/core/history'
import { SQLiteSession } from '@sessions/sqlite'
import { z } from 'zod'
import { offlineModel, textOf } from './offline-model.ts'
import { printNote } from './print-item.ts'

const agent = new Agent({
  name: 'Forecaster',
  instructions: 'You report the weather.',
  tools: [
    tool({
      name: 'weather',
      description: 'The weather in a city.',
      parameters: z.object({ city: z.string() }),
      execute: async ({ city }) => `${city}: ${city.length * 4} °C`,
    }),
  ],
})
const model = offlineModel((shown) => {
  const last = shown.at(-1)
  if (last?.type === 'function_call_result') return `${textOf(last)}.`
  const city = /in (\w+)\?/.exec(textOf(last))?.[1]
  if (city !== undefined) return { tool: 'weather', arguments: { city } }
  return shown.flatMap((item) => (item.type === 'function_call_result' ? [textOf(item)] : [])).join(', ')
})
const runner = new Runner({ model, tracingDisabled: true })

const session = new SQLiteSession({ sessionId: 'limit-history', path: process.argv[2] ?? ':memory:' })
await session.clearSession() // so that the example can be run again on the same file
for (const city of ['Oslo', 'Bergen', 'Lisbon', 'Kyoto', 'Lima']) {
  await runner.run(agent, `How is the weather in ${city}?`, { session })
}

// Count tokens where you can; about four characters are one.
const size = (item: AgentInputItem): number => Math.ceil(JSON.stringify(item).length / 4)

await show('keepLastTurns(2)', keepLastTurns(2))
await show('keepWithin(300 tokens)', keepWithin(300, size))
await session.close()

async function show(name: string, sessionInputCallback: SessionInputCallback): Promise<void> {
  const stored = await session.getItems()
  const { finalOutput } = await runner.run(agent, 'Sum it up.', { session, sessionInputCallback })
  const shown = (model.lastCall?.request.input ?? []) as AgentInputItem[]
  const tokens = shown.reduce((sum, item) => sum + size(item), 0)
  printNote(
    `${name}: ${stored.length} items are stored. The model sees ${shown.length} (${tokens} tokens), and answers:`,
  )
  console.log(`  ${finalOutput}`)

  assert.ok(shown.length < stored.length, 'the model was shown everything')
  const calls = new Set(shown.flatMap((item) => (item.type === 'function_call' ? [item.callId] : [])))
  assert.ok(
    shown.every((item) => item.type !== 'function_call_result' || calls.has(item.callId)),
    'a result lost its call',
  )
  assert.equal((await session.getItems()).length, stored.length + 2, 'the session keeps everything')
}
