import { Agent, type AgentInputItem } from '@openai/agents'
import { assistantMessage, ScriptedModel } from '@openai/agents/testing'
import { MemorySession } from '@sessions/core'
import {
  type AsyncHistoryWindow,
  both,
  keepLastItems,
  keepLastTurns,
  keepWithin,
  turnsOf,
} from '@sessions/core/history'
import { describe, expect, it } from 'vitest'
import { all, compaction, runner, type Story, stories } from './support/stories.ts'

/** What tests ask of an item of any type. */
type Loose = {
  type?: string
  role?: string
  callId?: string
  name?: string
  id?: string
  providerData?: Record<string, unknown>
}

const isUser = (item: AgentInputItem): boolean => (item as Loose).role === 'user'
const callOf = (result: Loose, items: AgentInputItem[]): AgentInputItem | undefined =>
  items.find((item) => (item as Loose).type === 'function_call' && (item as Loose).callId === result.callId)
const resultOf = (called: Loose, items: AgentInputItem[]): AgentInputItem | undefined =>
  items.find((item) => (item as Loose).type === 'function_call_result' && (item as Loose).callId === called.callId)

/** What a model's API, or a reader, would miss in what is shown of a whole. */
function faults(shown: AgentInputItem[], whole: AgentInputItem[]): string[] {
  return shown.flatMap((item, index) => {
    const { type, callId } = item as Loose
    const before = whole[whole.indexOf(item) - 1] as Loose | undefined
    const found: string[] = []
    if (whole.indexOf(item) <= whole.indexOf(shown[index - 1] as AgentInputItem)) found.push(`order of ${type}`)
    if (type === 'function_call_result' && callOf(item as Loose, shown.slice(0, index)) === undefined)
      found.push(`result ${callId} without its call`)
    const result = type === 'function_call' ? resultOf(item as Loose, whole) : undefined
    if (result !== undefined && !shown.includes(result)) found.push(`call ${callId} without its result`)
    const isOutput = !isUser(item) && type !== 'function_call_result' && type !== 'compaction'
    if (before?.type === 'reasoning' && isOutput && shown[index - 1] !== before)
      found.push(`${type} without its reasoning`)
    const next = whole[whole.indexOf(item) + 1]
    if (type === 'reasoning' && next !== undefined && shown[index + 1] !== next)
      found.push('reasoning without what follows')
    return found
  })
}

const size = (item: AgentInputItem): number => JSON.stringify(item).length
const total = (items: AgentInputItem[]): number => items.reduce((sum, item) => sum + size(item), 0)

describe.each(all)('of a history with $name', ({ name, history }) => {
  const input = [{ role: 'user', content: 'and now?' } as const]
  const pinned = name.startsWith('compacted') ? [history[0] as AgentInputItem] : []

  it('shows the newest turns complete, but for a result whose call was long before, and nothing broken', () => {
    const turns = turnsOf(history)
    for (let n = 0; n <= turns.length; n++) {
      const shown = keepLastTurns(n)(history, input)
      expect(faults(shown, [...history, ...input])).toEqual([])
      const newest = n === 0 ? [] : turns.slice(-n).flat()
      const missing = newest.filter((item) => !shown.includes(item)) as Loose[]
      expect(
        missing.filter((item) => callOf(item, newest) !== undefined || item.type !== 'function_call_result'),
      ).toEqual([])
      const first = n === turns.length ? history : [...pinned, ...newest, ...input]
      expect(shown.filter((item) => !first.includes(item) && !input.includes(item as never))).toEqual([])
      expect(pinned.filter((item) => !shown.includes(item))).toEqual([])
    }
  })

  it('shows nothing broken, however few items there may be', () => {
    for (let n = 0; n <= history.length; n++) {
      const shown = keepLastItems(n)(history, input)
      expect(faults(shown, [...history, ...input])).toEqual([])
      expect(shown.length).toBeLessThanOrEqual(n + pinned.length + input.length)
    }
  })

  it('shows nothing broken and no more than fits, counted here or elsewhere, alone or after another window', async () => {
    for (let budget = total([...pinned, ...input]); budget <= total([...history, ...input]); budget += 37) {
      const shown = keepWithin(budget, size)(history, input)
      expect(faults(shown, [...history, ...input])).toEqual([])
      expect(total(shown)).toBeLessThanOrEqual(budget)
      const elsewhere = async (item: AgentInputItem): Promise<number> => size(item)
      expect(await keepWithin(budget, elsewhere)(history, input)).toEqual(shown)
      const few = both(keepLastTurns(2), keepWithin(budget, size))(history, input)
      expect(faults(few, [...history, ...input])).toEqual([])
      expect(few).toEqual([...keepWithin(budget, size)(keepLastTurns(2)(history, []), input)])
      const two: AsyncHistoryWindow = both(keepLastTurns(2), keepWithin(budget, elsewhere))
      expect(await two(history, input)).toEqual(few)
    }
  })

  it('has turns that begin with what the user said, and lose nothing', () => {
    const turns = turnsOf(history)
    const before = history.slice(0, history.findIndex(isUser))
    expect([...before, ...turns.flat()]).toEqual(history)
    for (const [first, ...rest] of turns) {
      expect(first !== undefined && isUser(first)).toBe(true)
      expect(rest.filter(isUser)).toEqual([])
    }
  })
})

it('shows all that was said meanwhile where an approval came late', () => {
  const { history } = stories.find(({ name }) => name === 'approved late') as Story
  const shown = keepLastTurns(10)(history, [])
  expect(shown.filter(isUser)).toHaveLength(10)
  expect(shown).toEqual(
    turnsOf(history)
      .slice(-10)
      .flat()
      .filter(({ type }) => type !== 'function_call_result'),
  )
})

it('shows the call again where its late result is what is new', () => {
  const { history } = stories.find(({ name }) => name === 'approved late') as Story
  const late = history.findIndex(({ type }) => type === 'function_call_result')
  const [before, fresh] = [history.slice(0, late), history.slice(late)]
  const shown = keepLastTurns(1)(before, fresh)
  expect(faults(shown, history)).toEqual([])
  expect(shown.map(({ type, ...item }) => type ?? (item as Loose).role)).toEqual([
    'reasoning',
    'function_call',
    'message',
    'message',
    'function_call_result',
    'message',
  ])
})

it('is what the model sees in a run, also through a window that must be waited for', async () => {
  const { history } = stories.find(({ name }) => name === 'approved late') as Story
  const model = new ScriptedModel([[assistantMessage('well')]])
  const session = new MemorySession({ initialItems: [compaction as never, ...history] })
  const window = both(
    keepLastTurns(10),
    keepWithin(1_000_000, async () => 1),
  )
  await runner.run(new Agent({ name: 'Assistant', model }), 'and now?', {
    session,
    sessionInputCallback: window,
  })
  const seen = model.calls[0]?.request.input as AgentInputItem[]
  expect(seen.filter(isUser)).toHaveLength(11)
  expect(seen[0]).toMatchObject(compaction)
})

it('takes windows and nothing else for both', async () => {
  expect(() => both()).toThrow(TypeError)
  expect(() => both(keepLastTurns(1), undefined as never)).toThrow(/keepLastTurns/)
  await expect(async () => keepWithin(1, async () => -1)([], [{ role: 'user', content: '' }])).rejects.toThrow(
    RangeError,
  )
})
