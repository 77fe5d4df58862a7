import type { Agent, InputGuardrail, OutputGuardrail, Session } from '@openai/agents'
import { assistantMessage, modelResponder } from '@openai/agents/testing'
import { askWeather, scriptedAgent } from '../agents.ts'
import { type Ending, inBothModes, play, type Scenario, stateOf } from './scenario.ts'

const question = 'user: Weather?'
const call = 'call call_1: weather {"city":"Paris"}'
const result = 'result call_1: Sunny in Paris'
const answer = 'assistant: Cold.'
const blocked = 'failed: OutputGuardrailTripwireTriggered: Output guardrail triggered: "rude"'

export const guardrails: Scenario[] = [
  ...[
    { when: 'before the model is asked', runInParallel: false },
    { when: 'after the model answered', runInParallel: true },
  ].flatMap(({ when, runInParallel }) =>
    inBothModes((stream) => ({
      name: `stores nothing when an input guardrail trips ${when}`,
      run: async (session) => [await play({ session, stream, agent: blockedInput(runInParallel) })],
      endings: ['failed: InputGuardrailTripwireTriggered: Input guardrail triggered: "rude"'],
      stored: [],
      calls: ['getItems()'],
    })),
  ),
  ...inBothModes((stream) => ({
    name: 'keeps the question alone when an output guardrail trips on an answer without tools',
    run: (session) => blockAnswer(session, stream, { tools: false, rerun: false }),
    endings: [blocked],
    stored: [question],
    calls: ['getItems()', 'addItems [user]'],
  })),
  ...inBothModes((stream) => ({
    name: 'adds the answer alone when the output guardrail passes on a rerun without tools',
    run: (session) => blockAnswer(session, stream, { tools: false, rerun: true }),
    endings: [blocked, 'answered: Cold.'],
    stored: [question, answer],
    calls: ['getItems()', 'addItems [user]', 'addItems [assistant]'],
  })),
  ...inBothModes((stream) => ({
    name: 'keeps what the tools did when an output guardrail trips after them',
    run: (session) => blockAnswer(session, stream, { tools: true, rerun: false }),
    endings: [blocked],
    stored: [question, call, result],
    calls: ['getItems()', 'applyHistoryTransaction append_items [user, call, result]'],
    requiredOnly: { calls: ['getItems()', 'addItems [user]'], stored: [question] },
  })),
  ...inBothModes((stream) => ({
    name: 'replaces the blocked end of the history when the output guardrail passes on a rerun',
    run: (session) => blockAnswer(session, stream, { tools: true, rerun: true }),
    endings: [blocked, 'answered: Cold.'],
    stored: [question, call, result, answer],
    calls: [
      'getItems()',
      'applyHistoryTransaction append_items [user, call, result]',
      // The rerun has its input; it reads to see that the history still ends with what it is about to replace.
      'getItems()',
      'getItems()',
      'applyHistoryTransaction replace_suffix [result] with [result, assistant]',
    ],
    requiredOnly: { calls: ['getItems()', 'addItems [user]', 'addItems [call, result, assistant]'] },
  })),
]

/** A run whose answer an output guardrail blocks, then on request the same run again, with a guardrail that passes. */
async function blockAnswer(
  session: Session,
  stream: boolean,
  { tools, rerun }: { tools: boolean; rerun: boolean },
): Promise<Ending[]> {
  const answers = [assistantMessage('Cold.')]
  const guardrail = outputGuardrail()
  const agent = scriptedAgent({ outputGuardrails: [guardrail], turns: tools ? [[askWeather()], answers] : [answers] })
  const first = await play({ session, stream, agent })
  if (!rerun) return [first]
  guardrail.pass()
  return [first, await play({ session, stream, agent, input: stateOf(first) })]
}

/** An agent whose input guardrail trips; beside the model, only once that has answered. */
function blockedInput(runInParallel: boolean): Agent {
  const answered = Promise.withResolvers<void>()
  const answer = modelResponder(() => {
    answered.resolve()
    return [assistantMessage('Cold.')]
  })
  const execute: InputGuardrail['execute'] = async () => {
    if (runInParallel) await answered.promise
    return { tripwireTriggered: true, outputInfo: 'rude' }
  }
  return scriptedAgent({ inputGuardrails: [{ name: 'manners', runInParallel, execute }], turns: [answer] })
}

/** Trips until it is told to pass. */
export function outputGuardrail(): OutputGuardrail & { pass(): void } {
  let tripwireTriggered = true
  return {
    name: 'manners',
    execute: async () => ({ tripwireTriggered, outputInfo: 'rude' }),
    pass: () => {
      tripwireTriggered = false
    },
  }
}
