// Two agents, one session: what the guest tells the receptionist, the cook knows. A session belongs to a conversation, not to
// an agent; instructions and tools stay with their agent and are not part of the history.
//   node examples/share-between-agents.ts [file]      default: in memory
import assert from 'node:assert/strict'
import { Agent, Runner, tool } from '@openai/agents'
import { SQLiteSession } from '@sessions/sqlite'
import { z } from 'zod'
import { offlineModel, textOf, userTexts } from './offline-model.ts'
import { printItem, printNote } from './print-item.ts'

const receptionist = new Agent({
  name: 'Receptionist',
  instructions: 'You find a table for the guest.',
  tools: [
    tool({
      name: 'find_table',
      description: 'Finds a free table.',
      parameters: z.object({ guests: z.number() }),
      execute: async ({ guests }) => `table 7, for ${guests}, by the window`,
    }),
  ],
  model: offlineModel((shown) => {
    const last = shown.at(-1)
    if (last?.type === 'function_call_result') return `You have ${textOf(last)}.`
    return { tool: 'find_table', arguments: { guests: 2 } }
  }),
})

const cook = new Agent({
  name: 'Cook',
  instructions: 'You suggest a dish. Respect allergies.',
  // Knows only what it is shown, so it has the allergy and the table from the other agent's turn or not at all.
  model: offlineModel((shown) => {
    const allergy = /allergic to (\w+)/.exec(userTexts(shown).join(' '))?.[1] ?? 'nothing'
    const table = /table \d+/.exec(shown.map(textOf).join(' '))?.[0] ?? 'no table'
    return `For ${table}: the lemon risotto, which is free of ${allergy}.`
  }),
})

const runner = new Runner({ tracingDisabled: true })
const session = new SQLiteSession({ sessionId: 'share-between-agents', path: process.argv[2] ?? ':memory:' })
await session.clearSession() // so that the example can be run again on the same file

printNote('To the receptionist:')
await runner.run(receptionist, 'A table for two, please. And I am allergic to nuts.', { session })
const first = await session.getItems()
first.forEach(printItem)

printNote('To the cook, who was not there:')
const { finalOutput } = await runner.run(cook, 'What do you recommend?', { session })
for (const item of (await session.getItems()).slice(first.length)) printItem(item)

assert.match(String(finalOutput), /table 7: .* free of nuts/)
await session.close()
