import { Agent, Runner, tool } from '@openai/agents'
import type { Entry } from '@sessions/core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { offlineModel, textOf, userTexts } from '../../../examples/offline-model.ts'
import { stores } from './backends.ts'
import { echo, echoRunner, textsOf } from './echo.ts'

const look = tool({
  name: 'look',
  description: 'Looks at the sky.',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => `Sunny in ${city}.`,
})
const agent = new Agent({ name: 'Forecaster', tools: [look] })
const model = offlineModel((shown) => {
  const last = shown.at(-1)
  if (last?.type !== 'function_call_result') return { tool: 'look', arguments: { city: textOf(last) } }
  return `${textOf(last)} Asked: ${userTexts(shown).join(', ')}`
})
const runner = new Runner({ model, tracingDisabled: true })

/** A turn of it, as texts. */
const turn = (city: string, ...before: string[]): string[] => [
  city,
  `{"city":"${city}"}`,
  `Sunny in ${city}.`,
  `Sunny in ${city}. Asked: ${[...before, city].join(', ')}`,
]

describe.each(stores)('an earlier message on $name', ({ open }) => {
  it('is edited in a branch, and both conversations go on', async () => {
    const [store, other] = await open()
    await using _store = store
    await using _other = other
    const session = store.session('trip')
    await session.setMetadata({ userId: 'ada' })
    for (const city of ['Oslo', 'Rome', 'Lima']) await runner.run(agent, city, { session })
    const before = await session.turns()
    const upTo = before[0]?.entries.at(-1)?.id ?? ''

    const info = await other.forkSession('trip', 'trip/2', { upTo })
    expect(info).toMatchObject({ itemCount: 4, metadata: { userId: 'ada', forkedFrom: 'trip' } })
    await runner.run(agent, 'Nice', { session: other.session('trip/2') })
    await runner.run(agent, 'Bonn', { session })
    expect(await textsOf(store, 'trip/2')).toEqual([...turn('Oslo'), ...turn('Nice', 'Oslo')])
    expect((await session.turns()).slice(0, 3)).toEqual(before)
    expect((await textsOf(store, 'trip')).slice(12)).toEqual(turn('Bonn', 'Oslo', 'Rome', 'Lima'))
    await expect(store.forkSession('trip', 'trip/2')).rejects.toMatchObject({ code: 'SESSION_EXISTS' })
  })

  it('is edited in its place, and what followed it comes back to the caller', async () => {
    const [store, other] = await open()
    await using _store = store
    await using _other = other
    const session = store.session('trip')
    for (const city of ['Oslo', 'Rome', 'Lima']) await runner.run(agent, city, { session })
    const [first, second] = await session.turns()
    const removed = await other.session('trip').exclusive(async ({ session, signal }) => {
      const removed = await session.rewind({ entry: second?.first ?? '' })
      await runner.run(agent, 'Nice', { session, signal })
      return removed
    })
    expect(removed.map(textOf)).toEqual([...turn('Rome', 'Oslo'), ...turn('Lima', 'Oslo', 'Rome')])
    expect(await textsOf(store, 'trip')).toEqual([...turn('Oslo'), ...turn('Nice', 'Oslo')])
    expect((await session.turns())[0], 'what stays keeps its ids').toEqual(first)
    // A handle that remembers what it saw before goes on from what is there now.
    await runner.run(agent, 'Bonn', { session })
    expect((await textsOf(store, 'trip')).slice(8)).toEqual(turn('Bonn', 'Oslo', 'Nice'))
  })
})

describe.each(stores)('a user interface on $name', ({ open }) => {
  it('pages back to the beginning while runs append, and is told of what they added', async () => {
    const [store, other] = await open()
    await using _store = store
    await using _other = other
    const [session, screen] = [store.session('ada'), other.session('ada')]
    const say = (message: string): Promise<unknown> => echoRunner.run(echo, message, { session })
    for (let index = 0; index < 10; index++) await say(`Message ${index}.`)

    const newest = await screen.page({ limit: 3 })
    const shown: Entry[] = [...newest.entries]
    const last = shown.at(-1)?.id ?? ''
    let { older } = newest
    for (let index = 10; older !== undefined; index++) {
      await say(`Message ${index}.`)
      const page = await screen.page({ limit: 3, before: older })
      shown.unshift(...page.entries)
      older = page.older
    }
    expect(shown.map(({ item }) => item)).toEqual((await session.getItems()).slice(0, 20))

    const whole = await session.getItems()
    for await (const event of screen.watch({ after: last })) {
      expect(event.type).toBe('added')
      if (event.type === 'added') shown.push(...event.entries)
      if (shown.length >= whole.length) break
    }
    expect(shown.map(({ item }) => item)).toEqual(whole)
    expect(new Set(shown.map(({ id }) => id)).size).toBe(whole.length)
  })
})
