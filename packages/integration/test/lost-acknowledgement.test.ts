import { type Agent, type AgentInputItem, RunState } from '@openai/agents'
import { assistantMessage } from '@openai/agents/testing'
import { type HistoryTransactionArgs, MemoryStore, type SessionStore, type StoredSession } from '@sessions/core'
import { FaultyStore } from '@sessions/core/testing'
import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
import { describe, expect, it } from 'vitest'
import { askWeather, scriptedAgent } from './agents.ts'
import { runProgram, runToSuccess } from './child-process.ts'
import { describeItem, startingHistory, toText } from './history.ts'
import type { SendTransactionInput } from './programs/send-transaction.ts'
import { recordCalls } from './recording-session.ts'
import { outputGuardrail } from './scenarios/guardrails.ts'
import { play, type State, stateOf } from './scenarios/scenario.ts'
import { temporaryFile } from './temporary-file.ts'

const sessionId = 'user_123'
const lost = new Error('connection reset')
const question: AgentInputItem = { type: 'message', role: 'user', content: 'Weather?' }
const [hello, hi] = startingHistory as [AgentInputItem, AgentInputItem]

/** Nothing in the history tells that either was applied before: a second time would fit as well as the first. */
const transactions: { type: string; args: HistoryTransactionArgs; after: AgentInputItem[] }[] = [
  {
    type: 'append_items',
    args: { operationId: 'run:1', transaction: { type: 'append_items', items: [question, askWeather()] } },
    after: [hello, hi, question, askWeather()],
  },
  {
    type: 'replace_suffix',
    args: {
      operationId: 'run:2',
      transaction: { type: 'replace_suffix', expectedSuffix: [hi], replacement: [question, hi] },
    },
    after: [hello, question, hi],
  },
]

const stores: { name: string; open(): SessionStore }[] = [
  { name: 'MemoryStore', open: () => new MemoryStore() },
  { name: 'SQLiteStore in memory', open: () => new SQLiteStore() },
  { name: 'SQLiteStore on a file', open: () => new SQLiteStore({ path: temporaryFile('history.db') }) },
]

/** What a run that an output guardrail blocked leaves: its tools have run, and that is kept. */
const blockedTurn = ['user: Weather?', 'call call_1: weather {"city":"Paris"}', 'result call_1: Sunny in Paris']
const append = 'applyHistoryTransaction append_items [user, call, result]'
const replace = 'applyHistoryTransaction replace_suffix [result] with [result, assistant]'

describe.each(stores)('over $name', ({ open }) => {
  it.each(transactions)('applies $type once although it is sent twice', async ({ args, after }) => {
    await using store = open()
    const { faulty, session } = faultySession(store)
    await session.addItems(startingHistory)
    faulty.failAfter('commit', lost)
    await expect(session.applyHistoryTransaction(args)).rejects.toMatchObject({ code: 'SESSION_BACKEND', cause: lost })
    expect(toText(await session.getItems())).toBe(toText(after))
    await session.applyHistoryTransaction(args)
    expect(toText(await session.getItems())).toBe(toText(after))
  })

  it('stores a blocked turn once although the runner sends it three times', async () => {
    await using store = open()
    const { faulty, session } = faultySession(store)
    const { agent, guardrail } = guardedAgent()
    const recorded = recordCalls(session)
    faulty.failAfter('commit', lost)
    const state = stateOf(await play({ session: recorded.session, agent, stream: false }))
    faulty.failAfter('commit', lost)
    await play({ session: recorded.session, agent, stream: false, input: state })
    expect((await session.getItems()).map(describeItem)).toEqual(blockedTurn)
    guardrail.pass()
    const last = await play({ session: recorded.session, agent, stream: false, input: state })
    expect(last.text).toBe('answered: Cold.')
    expect((await session.getItems()).map(describeItem)).toEqual([...blockedTurn, 'assistant: Cold.'])
    expect(recorded.calls.filter(isTransaction)).toEqual([append, append, append, replace])
  })

  it('replaces the end of a blocked turn once although the runner sends that twice', async () => {
    await using store = open()
    const { faulty, session } = faultySession(store)
    const { agent, guardrail } = guardedAgent()
    const recorded = recordCalls(session)
    const state = stateOf(await play({ session: recorded.session, agent, stream: false }))
    guardrail.pass()
    faulty.failAfter('commit', lost)
    const failed = await play({ session: recorded.session, agent, stream: false, input: state })
    expect(failed.text).toMatch(/^failed: SessionError/)
    const last = await play({ session: recorded.session, agent, stream: false, input: state })
    expect(last.text).toBe('answered: Cold.')
    expect((await session.getItems()).map(describeItem)).toEqual([...blockedTurn, 'assistant: Cold.'])
    expect(recorded.calls.filter(isTransaction)).toEqual([append, replace, replace])
  })

  it.each([
    { fault: 'failAfter', what: 'the answer to that was lost', held: blockedTurn },
    { fault: 'failBefore', what: 'that did not arrive', held: blockedTurn.slice(0, 2) },
  ] as const)('adds the result of an approved tool once although $what', async ({ fault, held }) => {
    await using store = open()
    const { faulty, session } = faultySession(store)
    const turns = [[askWeather()], [assistantMessage('Cold.')]]
    const agent = scriptedAgent({ weather: { needsApproval: true }, turns })
    const state = stateOf(await play({ session, agent, stream: false }))
    for (const item of state.getInterruptions()) state.approve(item)
    faulty[fault]('commit', lost)
    const failed = await play({ session, agent, stream: false, input: state })
    expect(failed.text).toMatch(/^failed: SessionError/)
    expect((await session.getItems()).map(describeItem)).toEqual(held)
    // The runner keeps in the state what was stored before, and tells from what is stored now whether its write arrived.
    const restored: State = await RunState.fromString(agent, state.toString())
    const last = await play({ session, agent, stream: false, input: restored })
    expect(last.text).toBe('answered: Cold.')
    expect((await session.getItems()).map(describeItem)).toEqual([...blockedTurn, 'assistant: Cold.'])
  })
})

it.each(transactions)('applies $type once although two processes send it', async ({ args, after }) => {
  const path = temporaryFile('history.db')
  await using session = new SQLiteSession({ sessionId, path })
  await session.addItems(startingHistory)
  const input: SendTransactionInput = { path, sessionId, args, loseAcknowledgement: true }
  const first = await runProgram('send-transaction', input)
  expect(first).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('connection reset') })
  expect(toText(await session.getItems())).toBe(toText(after))
  await runToSuccess('send-transaction', { ...input, loseAcknowledgement: false })
  expect(toText(await session.getItems())).toBe(toText(after))
})

function faultySession(store: SessionStore): { faulty: FaultyStore; session: StoredSession } {
  const faulty = new FaultyStore(store)
  return { faulty, session: faulty.session(sessionId) }
}

/** An agent whose answer an output guardrail blocks until that is told to pass. */
function guardedAgent(): { agent: Agent; guardrail: ReturnType<typeof outputGuardrail> } {
  const guardrail = outputGuardrail()
  const turns = [[askWeather()], [assistantMessage('Cold.')]]
  return { guardrail, agent: scriptedAgent({ outputGuardrails: [guardrail], turns }) }
}

function isTransaction(call: string): boolean {
  return call.startsWith('applyHistoryTransaction')
}
