import {
  type Agent,
  AgentsError,
  type NonStreamRunOptions,
  type RunState,
  type RunStreamEvent,
  type Session,
  type StreamRunOptions,
} from '@openai/agents'
import { runner } from '../agents.ts'
import { describeItem, startingHistory } from '../history.ts'

/** One way in which the runner uses a session, and all that must be seen of it. */
export interface Scenario {
  /** A promise: what the session holds after what. */
  name: string
  /** Runs agents over a session that holds the starting history. Resolves to how each run ended. */
  run(session: Session): Promise<Ending[]>
  endings: string[]
  /** What comes after the starting history, or the whole history in `replaces`. */
  stored: string[]
  replaces?: boolean
  /** The calls on a session that has all optional methods, `getSessionId` aside. */
  calls: string[]
  /** Where a session with nothing but the required methods gets or holds something else. */
  requiredOnly?: { calls: string[]; stored?: string[] }
}

/** How a run ended, and the state to go on from. */
export interface Ending {
  text: string
  state?: State
}

export type State = RunState<undefined, Agent>

export interface Play {
  session: Session
  agent: Agent
  stream: boolean
  /** Default: a question about the weather. */
  input?: string | State
  options?: Omit<NonStreamRunOptions, 'session' | 'stream'>
  /** Breaks off the stream at the first such event. */
  until?: (event: RunStreamEvent) => boolean
}

/** Runs an agent to its end, whichever that is. */
export async function play(settings: Play): Promise<Ending> {
  try {
    return await (settings.stream ? playStream(settings) : playWhole(settings))
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const text = `failed: ${error.name}: ${error.message}`
    return error instanceof AgentsError && error.state !== undefined ? { text, state: error.state } : { text }
  }
}

/** What a run can be continued from. */
export function stateOf({ text, state }: Ending): State {
  if (state === undefined) throw new Error(`The run left no state to go on from; it ended with «${text}».`)
  return state
}

/** The same scenario waiting for the result and streaming it, where nothing else differs. */
export function inBothModes(scenario: (stream: boolean) => Scenario): Scenario[] {
  const streamed = scenario(true)
  return [scenario(false), { ...streamed, name: `${streamed.name}, streaming` }]
}

/** The whole history after a scenario, in lines. */
export function expectedHistory({ stored, replaces = false }: Scenario): string[] {
  return replaces ? stored : [...startingHistory.map(describeItem), ...stored]
}

async function playWhole({ session, agent, input = 'Weather?', options }: Play): Promise<Ending> {
  return finished(await runner.run(agent, input, { ...options, session }))
}

async function playStream({ session, agent, input = 'Weather?', options, until }: Play): Promise<Ending> {
  const streaming = { ...options, session, stream: true } as StreamRunOptions
  const result = await runner.run(agent, input, streaming)
  for await (const event of result) if (until?.(event)) break
  await result.completed
  return result.cancelled ? { text: 'cancelled' } : finished(result)
}

/** Asks for the output only of a run that has one. */
function finished(result: { state: State; interruptions: readonly unknown[]; finalOutput?: unknown }): Ending {
  const { state, interruptions } = result
  return { text: interruptions.length > 0 ? 'interrupted' : `answered: ${result.finalOutput}`, state }
}
