import { RunState, type Session } from '@openai/agents'
import { assistantMessage } from '@openai/agents/testing'
import { askWeather, scriptedAgent } from '../agents.ts'
import { type Ending, inBothModes, play, type Scenario, type State, stateOf } from './scenario.ts'

const question = 'user: Weather?'
const call = 'call call_1: weather {"city":"Paris"}'

/** A human must approve the tool: the run stops, its state is written down, and another run goes on from the text. */
export const approvals: Scenario[] = [
  ...inBothModes((stream) => ({
    name: 'stores the call without a result while a human is asked',
    run: (session) => interrupt(session, stream),
    endings: ['interrupted'],
    stored: [question, call],
    calls: ['getItems()', 'addItems [user, call]'],
  })),
  ...inBothModes((stream) => ({
    name: 'adds the result and then the answer when the call is approved',
    run: (session) => interrupt(session, stream, (state, item) => state.approve(item)),
    endings: ['interrupted', 'answered: Cold.'],
    stored: [question, call, 'result call_1: Sunny in Paris', 'assistant: Cold.'],
    calls: [
      'getItems()',
      'addItems [user, call]',
      // The result is stored before the model is called again; what was there before lets a lost reply be told later.
      'getItems()',
      'addItems [result]',
      'addItems [assistant]',
    ],
  })),
  ...inBothModes((stream) => ({
    name: 'adds the refusal with the answer when the call is rejected',
    run: (session) => interrupt(session, stream, (state, item) => state.reject(item)),
    endings: ['interrupted', 'answered: Cold.'],
    stored: [question, call, 'result call_1: Tool execution was not approved.', 'assistant: Cold.'],
    calls: ['getItems()', 'addItems [user, call]', 'addItems [result, assistant]'],
  })),
]

type Decision = (state: State, item: ReturnType<State['getInterruptions']>[number]) => void

async function interrupt(session: Session, stream: boolean, decide?: Decision): Promise<Ending[]> {
  const agent = scriptedAgent({
    weather: { needsApproval: true },
    turns: [[askWeather()], [assistantMessage('Cold.')]],
  })
  const first = await play({ session, stream, agent })
  if (decide === undefined) return [first]
  const state: State = await RunState.fromString(agent, stateOf(first).toString())
  for (const item of state.getInterruptions()) decide(state, item)
  return [first, await play({ session, stream, agent, input: state })]
}
