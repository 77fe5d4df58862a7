// Counts what a conversation has cost, by agent and by model, and what each turn has. A run that waits for a human and goes on later is
// one run: the later total takes the place of the earlier.
//   node examples/count-tokens.ts [file]      default: in memory
import assert from 'node:assert/strict'
import { Agent, type AgentOutputItem, Runner, RunState, tool, Usage } from '@openai/agents'
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents/testing'
import { addUsage, type TokenUsage, usageOf } from '@sessions/core/usage'
import { SQLiteStore } from '@sessions/sqlite'
import { z } from 'zod'
import { printNote } from './print-item.ts'

const cook = new Agent({
  name: 'Cook',
  model: scripted('large-model', [{ tokens: 900, output: [assistantMessage('The lemon risotto.')] }]),
})
const clerk = new Agent({
  name: 'Clerk',
  handoffs: [cook],
  tools: [
    tool({
      name: 'book_table',
      description: 'Books a table.',
      parameters: z.object({ guests: z.number() }),
      needsApproval: true,
      execute: async () => 'table 7',
    }),
  ],
  model: scripted('small-model', [
    { tokens: 200, output: [assistantMessage('Good evening!')] },
    { tokens: 300, output: [functionCall('book_table', { guests: 2 }, { callId: '1' })] },
    { tokens: 400, output: [functionCall('transfer_to_Cook', {}, { callId: '2' })] },
  ]),
})
const runner = new Runner({ tracingDisabled: true })

const store = new SQLiteStore({ path: process.argv[2] ?? ':memory:' })
const session = store.session('count-tokens')
await session.delete() // so that the example can be run again on the same file

await addUsage(session, await runner.run(clerk, 'Good evening.', { session }), { runId: 'greeting' })

// Any id of yours that survives the wait: that of the request, say.
const waiting = await runner.run(clerk, 'A table for two, and what is for dinner?', { session })
await addUsage(session, waiting, { runId: 'dinner' })
const state = await RunState.fromString(clerk, waiting.state.toString())
for (const interruption of state.getInterruptions()) state.approve(interruption)
await addUsage(session, await runner.run(clerk, state, { session }), { runId: 'dinner' })

const usage = await usageOf(session)
printNote(`The conversation has cost ${describe(usage)}.`)
for (const [name, part] of Object.entries(usage.agents)) console.log(`  ${name.padEnd(12)} ${describe(part)}`)
for (const [name, part] of Object.entries(usage.models)) console.log(`  ${name.padEnd(12)} ${describe(part)}`)
for (const turn of usage.turns) console.log(`  ${turn.runId.padEnd(12)} ${describe(turn)}`)
assert.equal(usage.inputTokens, 1_800)
await store.close()

function describe({ requests, inputTokens, outputTokens }: TokenUsage): string {
  return `${inputTokens} tokens in, ${outputTokens} out, in ${requests} requests`
}

/** A model that says what it has cost, as those of a provider do. */
function scripted(model: string, turns: { tokens: number; output: AgentOutputItem[] }[]): ScriptedModel {
  return new ScriptedModel(
    turns.map(({ tokens, output }) => ({
      usage: new Usage({ requests: 1, inputTokens: tokens, outputTokens: 10, totalTokens: tokens + 10 }),
      output,
      providerData: { model },
    })),
  )
}
