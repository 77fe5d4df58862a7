import {
  type AgentInputItem,
  OpenAIResponsesCompactionSession,
  type OpenAIResponsesCompactionSessionOptions,
  type Session,
} from '@openai/agents'
import { assistantMessage } from '@openai/agents/testing'
import { MemoryStore, type SessionStore } from '@sessions/core'
import { CompactingSession } from '@sessions/core/history'
import { FaultyStore } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { askWeather, scriptedAgent } from './agents.ts'
import { type OpenSession, ours, reference } from './backends.ts'
import { describeItem, toText } from './history.ts'
import { play } from './scenarios/scenario.ts'

/** What the API makes of a conversation: a question that it keeps, and all the rest in one opaque item. */
const output = [
  { type: 'message', id: 'msg_1', role: 'user', content: [{ type: 'input_text', text: 'Weather?' }] },
  { type: 'compaction', id: 'cmp_1', encrypted_content: 'gAAAA' },
]
const compacted = ['user: Weather?', 'compaction gAAAA']

type Options = Pick<OpenAIResponsesCompactionSessionOptions, 'compactionMode'> & {
  underlyingSession: Session
  client: OpenAIClient
}

/** The SDK's class, and the one that takes its place. `onError` is told what does not end a run. */
const classes = [
  {
    name: "the SDK's compaction session",
    create: (options: Options) => new OpenAIResponsesCompactionSession(options),
    failed: (message: string) => `failed: ${message}`,
  },
  {
    name: 'CompactingSession',
    create: (options: Options, onError: (error: unknown) => void = unexpected) =>
      new CompactingSession({ ...options, onError }),
    failed: () => 'answered: Cold.',
  },
]

describe.each([reference, ...ours])('over $name', (backend) => {
  describe.each(classes)('$name', ({ create, failed }) => {
    it('holds what compaction returned, and later turns behind it', async () => {
      const { histories, requests } = await converse(backend.open(), create)
      expect(histories.map((history) => history.map(describeItem))).toEqual([
        turnLines(1, 2, 3),
        compacted,
        [...compacted, ...turnLines(5)],
      ])
      const expected = await converse(reference.open(), classes[0]?.create ?? create)
      expect(histories.map(toText)).toEqual(expected.histories.map(toText))
      expect(requests).toHaveLength(1)
      expect(JSON.stringify(requests)).toBe(JSON.stringify(expected.requests))
    })

    it('keeps the history when compaction fails, and compacts at the next turn', async () => {
      const { session: underlyingSession, close } = backend.open()
      let fails = true
      const { client } = compactingClient(() => {
        if (fails) throw new Error('overloaded')
        return output
      })
      const errors: unknown[] = []
      const session = create({ underlyingSession, client }, (error) => errors.push(error))
      await takeTurns(session, 1, 2, 3)
      expect(await takeTurns(session, 4)).toEqual([failed('Error: overloaded')])
      expect(errors.map(String)).toEqual(session instanceof CompactingSession ? ['Error: overloaded'] : [])
      expect((await underlyingSession.getItems()).map(describeItem)).toEqual(turnLines(1, 2, 3, 4))
      fails = false
      expect(await takeTurns(session, 5)).toEqual(['answered: Cold.'])
      expect((await underlyingSession.getItems()).map(describeItem)).toEqual(compacted)
      await close()
    })
  })
})

const stores: { name: string; open(): SessionStore }[] = [
  { name: 'MemoryStore', open: () => new MemoryStore() },
  { name: 'SQLiteStore', open: () => new SQLiteStore() },
]

/** The SDK's session empties the history, then adds what compaction returned: two commits. */
const faults = [
  { what: 'emptying it fails', inject: (store: FaultyStore, error: Error) => store.failBefore('commit', error) },
  {
    what: 'the answer to emptying it is lost',
    inject: (store: FaultyStore, error: Error) => store.failAfter('commit', error),
  },
  {
    what: 'adding to it fails',
    inject: (store: FaultyStore, error: Error) => second(store).failBefore('commit', error),
  },
  {
    what: 'the answer to adding to it is lost',
    inject: (store: FaultyStore, error: Error) => second(store).failAfter('commit', error),
  },
]

/** Lets the next commit pass. */
function second(store: FaultyStore): FaultyStore {
  store.hold('commit').release()
  return store
}

describe.each(stores)('over $name that fails', ({ open }) => {
  beforeEach(() => {
    // The SDK tells the console that it restored a history.
    vi.spyOn(console, 'warn').mockImplementation(() => {})
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it.each(faults)("the SDK's compaction session restores the history when $what", async ({ inject }) => {
    await using store = open()
    const faulty = new FaultyStore(store)
    const underlyingSession = faulty.session('user_123')
    const { client, requests } = compactingClient(() => {
      inject(faulty, new Error('connection reset'))
      return output
    })
    const session = new OpenAIResponsesCompactionSession({ underlyingSession, client })
    await takeTurns(session, 1, 2, 3)
    expect(await takeTurns(session, 4)).toEqual([expect.stringMatching(/^failed: SessionError/)])
    expect(requests).toHaveLength(1)
    expect((await underlyingSession.getItems()).map(describeItem)).toEqual(turnLines(1, 2, 3, 4))
  })

  it.each([
    { what: 'the one write fails', inject: faults[0]?.inject, after: turnLines(1, 2, 3, 4) },
    { what: 'the answer to the one write is lost', inject: faults[1]?.inject, after: compacted },
  ])('CompactingSession holds one history or the other when $what', async ({ inject, after }) => {
    await using store = open()
    const faulty = new FaultyStore(store)
    const underlyingSession = faulty.session('user_123')
    await underlyingSession.setMetadata({ userId: 'ada' })
    const { client, requests } = compactingClient(() => {
      inject?.(faulty, new Error('connection reset'))
      return output
    })
    const errors: unknown[] = []
    const session = new CompactingSession({ underlyingSession, client, onError: (error) => void errors.push(error) })
    await takeTurns(session, 1, 2, 3)
    expect(await takeTurns(session, 4)).toEqual(['answered: Cold.'])
    expect(errors).toMatchObject([{ code: 'SESSION_BACKEND' }])
    expect(requests).toHaveLength(1)
    expect((await underlyingSession.getItems()).map(describeItem)).toEqual(after)
    await takeTurns(session, 5)
    expect((await underlyingSession.info())?.metadata).toEqual({ userId: 'ada' })
  })
})

/** Five turns, of which the fourth leads to compaction: the histories after the third, the fourth and the fifth. */
async function converse(
  { session: underlyingSession, close }: OpenSession,
  create: (options: Options) => Session,
): Promise<{ histories: AgentInputItem[][]; requests: unknown[] }> {
  const { client, requests } = compactingClient(() => output)
  const session = create({ underlyingSession, client, compactionMode: 'input' })
  const histories: AgentInputItem[][] = []
  for (const turns of [[1, 2, 3], [4], [5]]) {
    await takeTurns(session, ...turns)
    histories.push(await underlyingSession.getItems())
  }
  await close()
  return { histories, requests }
}

/** Each turn adds three items that are not the user's; with ten, the session asks for compaction. */
async function takeTurns(session: Session, ...turns: number[]): Promise<string[]> {
  const endings: string[] = []
  for (const turn of turns) {
    const agent = scriptedAgent({ turns: [[askWeather(`call_${turn}`)], [assistantMessage('Cold.')]] })
    endings.push((await play({ session, agent, stream: turn % 2 === 0 })).text)
  }
  return endings
}

function turnLines(...turns: number[]): string[] {
  return turns.flatMap((turn) => [
    'user: Weather?',
    `call call_${turn}: weather {"city":"Paris"}`,
    `result call_${turn}: Sunny in Paris`,
    'assistant: Cold.',
  ])
}

/** Stands for the API behind the network; the session under test uses nothing else of its client. */
function compactingClient(respond: () => unknown[]): { client: OpenAIClient; requests: unknown[] } {
  const requests: unknown[] = []
  const compact = async (request: unknown): Promise<unknown> => {
    requests.push(request)
    return { output: respond(), usage: { input_tokens: 9, output_tokens: 2, total_tokens: 11 } }
  }
  return { client: { responses: { compact } } as unknown as OpenAIClient, requests }
}

type OpenAIClient = NonNullable<OpenAIResponsesCompactionSessionOptions['client']>

function unexpected(error: unknown): never {
  throw error
}
