import { beforeEach, describe, expect, it } from 'vitest'
import { type JSONValue, MemoryStore, type StoredSession } from '../src/index.ts'
import { ManualClock } from '../src/testing/index.ts'
import { addUsage, type RunUsageSource, usageOf } from '../src/usage/index.ts'
import { usageOfRun } from '../src/usage/run-usage.ts'
import { withRun } from '../src/usage/session-usage.ts'

/** A run of one request. */
function run(inputTokens: number, agent = 'A', model: string | undefined = 'm'): RunUsageSource {
  const usage = {
    requests: 1,
    inputTokens,
    outputTokens: 1,
    inputTokensDetails: [{ cached_tokens: 2 }, {}],
    outputTokensDetails: { reasoning_tokens: 1 },
  }
  const rawItem = { content: `${agent} ${inputTokens}` }
  return {
    state: { usage },
    newItems: [{ rawItem, agent: { name: agent } }],
    rawResponses: [{ usage, output: [rawItem], ...(model !== undefined && { providerData: { model } }) }],
  }
}

const tokens = (inputTokens: number, requests = 1): object => ({
  requests,
  inputTokens,
  outputTokens: requests,
  cachedTokens: 2 * requests,
  reasoningTokens: requests,
})

describe('usage', () => {
  let session: StoredSession
  beforeEach(() => {
    session = new MemoryStore().session('s')
  })

  it('is zero where none was added, and creates nothing when it is read', async () => {
    expect(await usageOf(session)).toMatchObject({ requests: 0, inputTokens: 0, agents: {}, models: {}, turns: [] })
    expect(await session.info()).toBe(undefined)
  })

  it('is added up, by agent, by model, and by turn with its time', async () => {
    const clock = new ManualClock()
    const begun = new Date(clock.now())
    await addUsage(session, run(10, 'A', 'm'), { runId: '1', clock })
    clock.advance(1_000)
    await addUsage(session, run(20, 'B', 'n'), { runId: '2', clock })
    await session.setMetadata({ userId: 'ada' })
    await addUsage(session, run(30, 'A', ''), { runId: '3', clock })
    const usage = await usageOf(session)
    expect(usage).toMatchObject(tokens(60, 3))
    expect(usage.agents).toEqual({ A: tokens(40, 2), B: tokens(20) })
    expect(usage.models).toEqual({ m: tokens(10), n: tokens(20), unknown: tokens(30) })
    expect(
      usage.turns.map(({ runId, at, inputTokens }) => [runId, at.getTime() - begun.getTime(), inputTokens]),
    ).toEqual([
      ['1', 0, 10],
      ['2', 1_000, 20],
      ['3', 1_000, 30],
    ])
    expect((await session.info())?.metadata).toMatchObject({ userId: 'ada' })
  })

  it('of one run is replaced by a later total, wherever it stands', async () => {
    await addUsage(session, run(10, 'A', 'm'), { runId: '1' })
    await addUsage(session, run(20, 'B', 'n'), { runId: '2' })
    await addUsage(session, run(15, 'C', 'm'), { runId: '1' })
    await addUsage(session, run(15, 'C', 'm'), { runId: '1' })
    const usage = await usageOf(session)
    expect(usage).toMatchObject(tokens(35, 2))
    expect(usage.agents).toEqual({ B: tokens(20), C: tokens(15) })
    expect(usage.turns.map(({ runId }) => runId)).toEqual(['2', '1'])
  })

  it('keeps the details of 100 runs, knows 1,000, and replaces the total of those', async () => {
    let metadata: Record<string, JSONValue> = {}
    const detailed = usageOfRun(run(1))
    for (let index = 0; index < 1_001; index++) metadata = withRun(metadata, `${index}`, detailed, new Date())
    await session.setMetadata(metadata)
    let usage = await usageOf(session)
    expect(usage.turns.map(({ runId }) => runId)).toEqual(Array.from({ length: 100 }, (_, index) => `${901 + index}`))
    await addUsage(session, run(1), { runId: '1' })
    usage = await usageOf(session)
    expect(usage, 'run 1 is counted once').toMatchObject(tokens(1_001, 1_001))
    expect(Object.values(usage.agents).reduce((sum, { inputTokens }) => sum + inputTokens, 0)).toBe(1_001)
    const stored = (await session.info())?.metadata
    expect(stored).toMatchObject({ usage: { runs: { length: 1_000 } } })
    expect(JSON.stringify(stored).length).toBeLessThan(100_000)
  })

  it('loses nothing where many add at once', async () => {
    const store = new MemoryStore()
    const runs = Array.from({ length: 20 }, (_, index) => `${index}`)
    await Promise.all(runs.map((runId) => addUsage(store.session('s'), run(1), { runId })))
    expect(await usageOf(store.session('s'))).toMatchObject(tokens(20, 20))
  })

  it('that no response accounts for is unknown', async () => {
    const { newItems, rawResponses } = run(10)
    const usage = { requests: 3, inputTokens: 25, outputTokens: 5 }
    await addUsage(session, { state: { usage }, newItems, rawResponses }, { runId: '1' })
    expect((await usageOf(session)).agents).toMatchObject({
      A: { inputTokens: 10 },
      unknown: { inputTokens: 15, requests: 2 },
    })
  })

  it('takes any name for an agent', async () => {
    await addUsage(session, run(10, '__proto__', 'constructor'), { runId: '1' })
    const { agents, models } = await usageOf(session)
    expect([Object.keys(agents), Object.keys(models)]).toEqual([['__proto__'], ['constructor']])
  })

  it('is left out of a fork', async () => {
    const store = new MemoryStore()
    await addUsage(store.session('s'), run(10), { runId: '1' })
    await store.forkSession('s', 'fork')
    expect(await usageOf(store.session('fork'))).toMatchObject({ inputTokens: 0, turns: [] })
  })

  it('waits for a stream, also for one that fails', async () => {
    const { newItems, rawResponses } = run(10)
    const state = { usage: { requests: 0, inputTokens: 0, outputTokens: 0 } }
    const ended = Promise.withResolvers<void>()
    const adding = addUsage(session, { state, newItems, rawResponses, completed: ended.promise }, { runId: '1' })
    state.usage = { requests: 1, inputTokens: 10, outputTokens: 1 }
    ended.reject(new Error('overloaded'))
    await adding
    expect(await usageOf(session)).toMatchObject({ inputTokens: 10 })
  })

  it('refuses what it cannot keep, by name, and touches nothing of others', async () => {
    await expect(addUsage(session, run(1), {} as never)).rejects.toThrow('runId')
    await expect(addUsage(session, run(1), { runId: '' })).rejects.toThrow('runId')
    await expect(addUsage(session, {} as never, { runId: '1' })).rejects.toThrow('result')
    await expect(addUsage({}, run(1), { runId: '1' })).rejects.toMatchObject({ code: 'SESSION_UNSUPPORTED' })
    await expect(usageOf({})).rejects.toMatchObject({ code: 'SESSION_UNSUPPORTED' })
    await session.setMetadata({ usage: 'mine' })
    await expect(addUsage(session, run(1), { runId: '1' })).rejects.toMatchObject({ code: 'SESSION_CONFLICT' })
    expect((await session.info())?.metadata).toEqual({ usage: 'mine' })
  })
})
