import { type Agent, type AgentInputItem, type ModelResponse, Runner, type RunState, Usage } from '@openai/agents'
import { assistantMessage, functionCall } from '@openai/agents/testing'
import type { Clock, SessionStore, StoredSession } from '@sessions/core'
import { ManualClock } from '@sessions/core/testing'
import { addUsage } from '@sessions/core/usage'

/** The SDK's own runner; without tracing, nothing touches the network. */
export const runner: Runner = new Runner({ tracingDisabled: true })

type Output = ModelResponse['output']

/** What a model answers, with what it counts: more for each that it says. */
export function answer(output: Output, inputTokens = 400, reasoningTokens = 0): ModelResponse {
  const outputTokens = 20 * output.length + reasoningTokens
  const usage = new Usage({
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    inputTokensDetails: { cached_tokens: Math.floor(inputTokens / 4) },
    outputTokensDetails: { reasoning_tokens: reasoningTokens },
  })
  return { output, usage, providerData: { model: 'scripted-1' } }
}

export function says(text: string): Output {
  return [assistantMessage(text)]
}

export function calls(name: string, input: Record<string, unknown>, callId: string): Output[number] {
  return functionCall(name, input, { callId })
}

type State = RunState<undefined, Agent>

/** One turn, kept in the session with what it cost: its state, and whether somebody is asked before it goes on. */
export type Talk = (
  session: StoredSession,
  agent: Agent,
  input: string | AgentInputItem[] | State,
  runId: string,
) => Promise<{ state: State; isAsking: boolean }>

/** Turns by a clock: one that stands still is moved by some seconds each. */
export function talkBy(clock: Clock): Talk {
  return async (session, agent, input, runId) => {
    if (clock instanceof ManualClock) clock.advance(7_000)
    const result = await runner.run(agent, input, {
      session,
      sessionInputCallback: (before, more) => [...before, ...more],
    })
    await addUsage(session, result, { runId, clock })
    return { state: result.state, isAsking: result.interruptions.length > 0 }
  }
}

/** The session of a user, which says whose it is. */
export async function sessionOf(store: SessionStore, id: string, userId: string): Promise<StoredSession> {
  const session = store.session(id)
  await session.setMetadata({ userId, app: 'travel-desk' })
  return session
}
