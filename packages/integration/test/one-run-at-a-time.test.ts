import { Agent, type AgentInputItem, Runner, tool } from '@openai/agents'
import { ScriptedModel } from '@openai/agents/testing'
import type { ExclusiveOptions, ExclusiveWork, SessionStore, StoredSession } from '@sessions/core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { offlineModel, textOf } from '../../../examples/offline-model.ts'
import { stores } from './backends.ts'
import { echo, echoRunner, textsOf } from './echo.ts'

/** A run whose tool is called and waits until the test lets it go on: what a take-over finds under way. */
function slowRun(): { agent: Agent; runner: Runner; called: Promise<void>; proceed: () => void } {
  const [called, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const look = tool({
    name: 'look',
    description: 'Takes its time.',
    parameters: z.object({}),
    execute: async () => {
      called.resolve()
      await gate.promise
      return 'seen'
    },
  })
  const model = offlineModel((shown) =>
    shown.at(-1)?.type === 'function_call_result' ? 'Too late.' : { tool: 'look', arguments: {} },
  )
  const runner = new Runner({ model, tracingDisabled: true })
  return { agent: new Agent({ name: 'Slow', tools: [look] }), runner, called: called.promise, proceed: gate.resolve }
}

/** Gives the beginning of an answer, and then nothing more until it is aborted. */
function streamWithoutEnd(): { runner: Runner; called: Promise<void> } {
  const called = Promise.withResolvers<void>()
  const model = new ScriptedModel()
  model.getStreamedResponse = async function* ({ signal }) {
    yield { type: 'output_text_delta', delta: 'Hel' }
    called.resolve()
    await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
  }
  return { runner: new Runner({ model, tracingDisabled: true }), called: called.promise }
}

function say(store: SessionStore, message: string, options?: ExclusiveOptions): Promise<unknown> {
  const work: ExclusiveWork<StoredSession, unknown> = ({ session, signal }) =>
    echoRunner.run(echo, message, { session, signal })
  return store.session('ada').exclusive(work, options)
}

const newer = ['New.', 'You said: New.']

describe.each(stores)('runs of one conversation on $name', ({ open }) => {
  it('wait for one another, and each knows what was said before', async () => {
    const [one, other] = await open()
    await using _one = one
    await using _other = other
    const messages = Array.from({ length: 6 }, (_, index) => `Message ${index}.`)
    await Promise.all(messages.map((message, index) => say(index % 2 === 0 ? one : other, message)))
    const texts = await textsOf(one, 'ada')
    const asked = texts.filter((_, index) => index % 2 === 0)
    expect(asked.toSorted()).toEqual(messages)
    asked.forEach((_, index) => {
      expect(texts[2 * index + 1]).toBe(`You said: ${asked.slice(0, index + 1).join(' ')}`)
    })
  })

  it('refuse a message that is sent twice, wherever it arrives, and store the first alone', async () => {
    const [one, other] = await open()
    await using _one = one
    await using _other = other
    const { agent, runner, called, proceed } = slowRun()
    const first = one.session('ada').exclusive(({ session }) => runner.run(agent, 'Old.', { session }))
    await Promise.race([called, first])
    for (const store of [one, other]) {
      const second = say(store, 'Old.', { whenBusy: 'reject' })
      await expect(second).rejects.toMatchObject({ code: 'SESSION_IN_USE', retryable: false })
      const patient = say(store, 'Old.', { waitMs: 30 })
      await expect(patient).rejects.toThrow('Somebody else holds the session, also after 30 ms.')
    }
    proceed()
    await first
    expect(await textsOf(one, 'ada')).toEqual(['Old.', '{}', 'seen', 'Too late.'])
    expect(await one.leaseOf('ada')).toBeUndefined()
  })

  it.each([
    { from: 'the same process', pass: true },
    { from: 'the same process', pass: false },
    { from: 'another process', pass: true },
  ])('are taken over from $from, and leave nothing behind (signal passed: $pass)', async ({ from, pass }) => {
    const [one, other] = await open()
    await using _one = one
    await using _other = other
    const { agent, runner, called, proceed } = slowRun()
    let lost: AbortSignal | undefined
    const older = one.session('ada').exclusive(({ session, signal }) => {
      lost = signal
      return runner.run(agent, 'Old.', { session, ...(pass && { signal }) })
    })
    const outcome = expect(older).rejects.toMatchObject({ code: 'SESSION_LEASE_LOST' })
    await Promise.race([called, older])
    await say(from === 'the same process' ? one : other, 'New.', { whenBusy: 'takeOver' })
    proceed()
    await outcome
    expect(lost?.reason).toMatchObject({ code: 'SESSION_LEASE_LOST' })
    expect(await textsOf(one, 'ada')).toEqual(newer)
  })

  it('end at once where they are taken over while their model answers', async () => {
    const [store] = await open()
    await using _store = store
    const called = Promise.withResolvers<void>()
    const model = new ScriptedModel()
    // As `fetch` does: it never answers, and rejects with the reason of the signal.
    model.getResponse = ({ signal }) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
        called.resolve()
      })
    const runner = new Runner({ model, tracingDisabled: true })
    const older = store.session('ada').exclusive(({ session, signal }) => runner.run(echo, 'Old.', { session, signal }))
    const outcome = expect(older).rejects.toMatchObject({ code: 'SESSION_LEASE_LOST' })
    await Promise.race([called.promise, older])
    await say(store, 'New.', { whenBusy: 'takeOver' })
    await outcome
    expect(await textsOf(store, 'ada')).toEqual(newer)
  })

  it('are streamed to their end inside of the function, or hold the session without one', async () => {
    const [store, other] = await open()
    await using _store = store
    await using _other = other
    const awaited = await store.session('ada').exclusive(async ({ session, signal }) => {
      const stream = await echoRunner.run(echo, 'One.', { session, signal, stream: true })
      await stream.completed
      return stream.finalOutput
    })
    expect(awaited).toBe('You said: One.')

    const held = await store.session('ada').acquire()
    const { session, signal } = held
    const stream = await echoRunner.run(echo, 'Two.', { session, signal, stream: true })
    await expect(say(other, 'Meanwhile.', { whenBusy: 'reject' })).rejects.toMatchObject({ code: 'SESSION_IN_USE' })
    await stream.completed
    await held.release()
    expect(await textsOf(store, 'ada')).toEqual(['One.', 'You said: One.', 'Two.', 'You said: One. Two.'])
  })

  it.each([
    { ended: 'by a take-over', leaves: newer },
    { ended: 'by the caller', leaves: ['Old.', 'New.', 'You said: Old. New.'] },
  ])('that are streamed and ended $ended end at once, and let the next one in', async ({ ended, leaves }) => {
    const [store] = await open()
    await using _store = store
    const { runner, called } = streamWithoutEnd()
    const caller = new AbortController()
    const older = store.session('ada').exclusive(
      async ({ session, signal }) => {
        const stream = await runner.run(echo, 'Old.', { session, signal, stream: true })
        await stream.completed
      },
      { signal: caller.signal },
    )
    const outcome = older.then(
      () => 'completed',
      ({ code }) => code,
    )
    await Promise.race([called, older])
    if (ended === 'by the caller') caller.abort()
    await say(store, 'New.', { whenBusy: ended === 'by the caller' ? 'wait' : 'takeOver' })
    expect(await outcome).toBe(ended === 'by the caller' ? 'completed' : 'SESSION_LEASE_LOST')
    expect(await textsOf(store, 'ada')).toEqual(leaves)
  })

  it('are refused when they write after their function returned, instead of writing into the next', async () => {
    const [store] = await open()
    await using _store = store
    const { agent, runner, called, proceed } = slowRun()
    const stream = await store
      .session('ada')
      .exclusive(({ session }) => runner.run(agent, 'Old.', { session, stream: true }))
    await called
    await say(store, 'New.')
    proceed()
    await expect(stream.completed).rejects.toMatchObject({ code: 'SESSION_LEASE_LOST' })
    expect(lastTwo(await store.session('ada').getItems())).toEqual(newer)
  })
})

function lastTwo(items: readonly AgentInputItem[]): string[] {
  return items.slice(-2).map(textOf)
}
