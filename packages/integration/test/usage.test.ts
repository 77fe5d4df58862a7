import { Agent, Runner, RunState, tool, Usage } from '@openai/agents'
import { assistantMessage, functionCall, ScriptedModel, type ScriptedModelInput } from '@openai/agents/testing'
import { MemoryStore } from '@sessions/core'
import { addUsage, usageOf } from '@sessions/core/usage'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const runner = new Runner({ tracingDisabled: true })
const store = new MemoryStore()

/** A response as a provider gives it, with what it has cost. */
function response(model: string, inputTokens: number, output: unknown[]): ScriptedModelInput {
  const usage = new Usage({
    requests: 1,
    inputTokens,
    outputTokens: 3,
    totalTokens: inputTokens + 3,
    inputTokensDetails: [{ cached_tokens: 2 }],
    outputTokensDetails: [{ reasoning_tokens: 1 }],
  })
  return { usage, output, providerData: { model } } as ScriptedModelInput
}

/** A clerk on one model that asks a tool and hands over to a cook on another. */
function clerkAgent(needsApproval = false): Agent {
  const cook = new Agent({
    name: 'Cook',
    model: new ScriptedModel([response('large', 40, [assistantMessage('Risotto.')])]),
  })
  const table = tool({
    name: 'find_table',
    description: 'A table.',
    parameters: z.object({}),
    needsApproval,
    execute: async () => 'table 7',
  })
  return new Agent({
    name: 'Clerk',
    handoffs: [cook],
    tools: [table],
    model: new ScriptedModel([
      response('small', 10, [functionCall('find_table', {}, { callId: '1' })]),
      response('small', 20, [functionCall('transfer_to_Cook', {}, { callId: '2' })]),
    ]),
  })
}

const expected = {
  requests: 3,
  inputTokens: 70,
  outputTokens: 9,
  cachedTokens: 6,
  reasoningTokens: 3,
  agents: { Clerk: { requests: 2, inputTokens: 30 }, Cook: { requests: 1, inputTokens: 40 } },
  models: { small: { requests: 2, inputTokens: 30 }, large: { requests: 1, inputTokens: 40 } },
}

describe('the usage of a run with a handoff and two models', () => {
  it('is what the run reported', async () => {
    const session = store.session('whole')
    const result = await runner.run(clerkAgent(), 'Hungry.', { session })
    expect(result.finalOutput).toBe('Risotto.')
    await addUsage(session, result, { runId: '1' })
    const usage = await usageOf(session)
    expect(usage).toMatchObject(expected)
    const { requests, inputTokens, outputTokens } = result.state.usage
    expect(usage).toMatchObject({ requests, inputTokens, outputTokens })
    expect(Object.keys(usage.agents), 'nothing is unknown').toEqual(['Clerk', 'Cook'])
  })

  it('is the same where it is streamed, but for the models', async () => {
    const session = store.session('streamed')
    const result = await runner.run(clerkAgent(), 'Hungry.', { session, stream: true })
    const adding = addUsage(session, result, { runId: '1' })
    for await (const _event of result);
    await adding
    // The SDK hands on no `providerData` of a streamed response, so nobody knows the model.
    const models = { unknown: { requests: 3, inputTokens: 70 } }
    expect(await usageOf(session)).toMatchObject({ ...expected, models })
  })

  it('is the same where it is interrupted and resumed from what was stored, and each part is added', async () => {
    const session = store.session('resumed')
    const clerk = clerkAgent(true)
    const asked = await runner.run(clerk, 'Hungry.', { session })
    expect(asked.interruptions).toHaveLength(1)
    await addUsage(session, asked, { runId: '1' })
    expect(await usageOf(session)).toMatchObject({ inputTokens: 10, agents: { Clerk: { requests: 1 } } })

    const state = await RunState.fromString(clerk, asked.state.toString())
    for (const interruption of state.getInterruptions()) state.approve(interruption)
    const result = await runner.run(clerk, state, { session })
    expect(result.finalOutput).toBe('Risotto.')
    await addUsage(session, result, { runId: '1' })
    const usage = await usageOf(session)
    expect(usage).toMatchObject(expected)
    expect(Object.keys(usage.agents)).toEqual(['Clerk', 'Cook'])
    expect(usage.turns).toHaveLength(1)
  })
})
