import { Agent, type AgentInputItem, handoff, Runner, type RunState, tool } from '@openai/agents'
import { assistantMessage, functionCall, ScriptedModel, type ScriptedModelInput } from '@openai/agents/testing'
import { MemorySession } from '@sessions/core'
import { z } from 'zod'

/** The SDK's own runner; nothing touches the network. */
export const runner = new Runner({ tracingDisabled: true })
const reasoning = (id: string): AgentInputItem => ({
  type: 'reasoning',
  id,
  content: [{ type: 'input_text', text: id }],
})
const hosted = { type: 'hosted_tool_call', name: 'web_search_call', id: 'ws', status: 'completed' } as const
export const compaction = { type: 'compaction', encrypted_content: 'all of it' } as const
const lookup = tool({
  name: 'lookup',
  description: '.',
  parameters: z.object({ q: z.string() }),
  execute: async ({ q }) => `found ${q}`,
})
const refund = tool({
  name: 'refund',
  description: '.',
  parameters: z.object({ q: z.string() }),
  execute: async () => 'done',
  needsApproval: true,
})
const call = (name: string, callId: string) => functionCall(name, { q: callId }, { callId })

function agentOf(turns: ScriptedModelInput[]): Agent {
  const model = new ScriptedModel(turns)
  const other = new Agent({ name: 'Other', model, tools: [lookup, refund] })
  return new Agent({
    name: 'Assistant',
    model,
    tools: [lookup, refund],
    handoffs: [handoff(other, { toolNameOverride: 'to_other' })],
  })
}

const plain = (n: number): ScriptedModelInput[] =>
  Array.from({ length: n }, (_, index) => [assistantMessage(`answer ${index}`)])

/** What a model puts out, run after run; each entry is one thing that the user says, and what follows. */
const scripts: Record<string, ScriptedModelInput[][]> = {
  'plain answers': plain(5).map((turn) => [turn]),
  'parallel calls': [
    [[call('lookup', 'a'), call('lookup', 'b'), call('lookup', 'c')], [assistantMessage('done')]],
    [[reasoning('r1') as never, call('lookup', 'd'), call('lookup', 'e')], [assistantMessage('done')]],
  ],
  'many steps with reasoning': [
    [
      [reasoning('r1') as never, call('lookup', 'a')],
      [reasoning('r2') as never, call('lookup', 'b')],
      [reasoning('r3') as never, assistantMessage('done')],
    ],
    [[reasoning('r4') as never, assistantMessage('first'), call('lookup', 'c')], [assistantMessage('done')]],
  ],
  handoffs: [
    [
      [reasoning('r1') as never, functionCall('to_other', {}, { callId: 'h' })],
      [call('lookup', 'a')],
      [assistantMessage('done')],
    ],
    [[assistantMessage('more')]],
  ],
  'hosted tools': [
    [[reasoning('r1') as never, hosted as never, reasoning('r2') as never, assistantMessage('done')]],
    [
      [hosted as never, call('lookup', 'a')],
      [reasoning('r3') as never, assistantMessage('done')],
    ],
  ],
}

/** A history that a run of the SDK has stored. */
export interface Story {
  name: string
  history: AgentInputItem[]
}

async function told(name: string, runs: ScriptedModelInput[][]): Promise<Story> {
  const agent = agentOf(runs.flat())
  const session = new MemorySession()
  for (const [index] of runs.entries()) await runner.run(agent, `question ${index}`, { session })
  return { name, history: await session.getItems() }
}

/** Something waits for an approval while the conversation goes on, and is approved then. */
async function approvedLate(name: string, first: ScriptedModelInput, between: number, after = 0): Promise<Story> {
  const agent = agentOf([first, ...plain(between), [assistantMessage('refunded')], ...plain(after)])
  const session = new MemorySession()
  const asked = await runner.run(agent, 'Refund me', { session })
  const state = asked.state as RunState<unknown, Agent>
  for (let index = 0; index < between; index++) await runner.run(agent, `meanwhile ${index}`, { session })
  for (const interruption of state.getInterruptions()) state.approve(interruption)
  await runner.run(agent, state, { session })
  for (let index = 0; index < after; index++) await runner.run(agent, `after ${index}`, { session })
  return { name, history: await session.getItems() }
}

export const stories: Story[] = [
  ...(await Promise.all(Object.entries(scripts).map(([name, runs]) => told(name, runs)))),
  await approvedLate('approved at once', [reasoning('r') as never, call('refund', 'x')], 0, 2),
  await approvedLate('approved late', [reasoning('r') as never, call('refund', 'x')], 12),
  await approvedLate('approved late, and more', [call('refund', 'x')], 3, 3),
  await approvedLate(
    'one of three approved late',
    [reasoning('r') as never, call('lookup', 'l'), call('refund', 'x'), call('refund', 'y')],
    4,
    1,
  ),
]
const compacted = stories.map(({ name, history }) => ({
  name: `compacted: ${name}`,
  history: [compaction as never, ...history],
}))
/** Each as it is, and after a compaction. */
export const all: Story[] = [...stories, ...compacted]
