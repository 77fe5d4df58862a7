import { keepLastItems, keepLastTurns, keepWithin } from '@sessions/core/history'
import { describe, expect, it } from 'vitest'

type Item = Record<string, unknown>

const user = (content: string): Item => ({ role: 'user', content })
const assistant = (text: string): Item => ({ role: 'assistant', content: [{ type: 'output_text', text }] })
const system = (content: string): Item => ({ role: 'system', content })
const call = (callId: string, type = 'function_call'): Item => ({ type, callId })
const result = (callId: string, type = 'function_call_result'): Item => ({ type, callId })
const reasoning: Item = { type: 'reasoning', content: [] }

const turn = (n: number): Item[] => [user(`q${n}`), reasoning, call(`c${n}`), result(`c${n}`), assistant(`a${n}`)]
const history = [...turn(1), ...turn(2), ...turn(3)]
const input = [user('now')]

/** What makes the model's API refuse an input. */
function brokenPairs(items: readonly Item[], whole: readonly Item[]): Item[] {
  return items.filter((item, index) => {
    const before = items.slice(0, index)
    const isResult = /_(result|output)$/.test(String(item.type))
    const hadCall = whole.slice(0, whole.indexOf(item)).some((other) => other.callId === item.callId && other !== item)
    const cutOff = isResult && hadCall && !before.some((other) => other.callId === item.callId)
    const previous = whole[whole.indexOf(item) - 1]
    const split = previous?.type === 'reasoning' && items[index - 1] !== previous
    return cutOff || split
  })
}

describe('keepLastItems', () => {
  it('keeps at most n items of the history and all new ones', () => {
    expect(keepLastItems<Item>(1)(history, input)).toEqual([assistant('a3'), user('now')])
    expect(keepLastItems<Item>(5)(history, input)).toEqual([...turn(3), user('now')])
    expect(keepLastItems<Item>(99)(history, input)).toEqual([...history, user('now')])
    expect(keepLastItems<Item>(0)(history, input)).toEqual(input)
    expect(keepLastItems<Item>(3)([], input)).toEqual(input)
  })

  it('never begins with a result whose call is cut off, nor after a reasoning item that belongs to the next', () => {
    for (let n = 0; n <= history.length; n++) {
      const kept = keepLastItems<Item>(n)(history, input)
      expect(kept.length).toBeLessThanOrEqual(n + 1)
      expect(brokenPairs(kept, [...history, ...input])).toEqual([])
    }
    expect(keepLastItems<Item>(2)(history, input)).toEqual([assistant('a3'), user('now')])
    expect(keepLastItems<Item>(4)(history, input)).toEqual([
      reasoning,
      call('c3'),
      result('c3'),
      assistant('a3'),
      user('now'),
    ])
  })

  it('keeps parallel calls with all their results, however they are interleaved', () => {
    const parallel = [user('q'), reasoning, call('a'), call('b'), result('a'), result('b'), assistant('done')]
    for (let n = 0; n <= parallel.length; n++) {
      expect(brokenPairs(keepLastItems<Item>(n)(parallel, input), [...parallel, ...input])).toEqual([])
    }
    expect(keepLastItems<Item>(4)(parallel, input)).toEqual([assistant('done'), user('now')])
  })

  it.each([
    ['function_call', 'function_call_result'],
    ['computer_call', 'computer_call_result'],
    ['shell_call', 'shell_call_output'],
    ['apply_patch_call', 'apply_patch_call_output'],
    ['tool_search_call', 'tool_search_output'],
    ['program', 'program_output'],
  ])('knows %s and %s for a pair', (callType, resultType) => {
    const pair = [user('q'), call('x', callType), result('x', resultType), assistant('a')]
    expect(keepLastItems<Item>(2)(pair, [])).toEqual([assistant('a')])
    expect(keepLastItems<Item>(3)(pair, [])).toEqual(pair.slice(1))
  })

  it.each([
    [
      'an approval of a hosted tool',
      {
        type: 'hosted_tool_call',
        name: 'mcp_approval_request',
        id: 'r1',
        providerData: { type: 'mcp_approval_request' },
      },
      { type: 'hosted_tool_call', name: 'mcp_approval_response', providerData: { approval_request_id: 'r1' } },
    ],
    [
      'a tool search by the id of the provider',
      { type: 'tool_search_call', call_id: 's1' },
      { type: 'tool_search_output', providerData: { call_id: 's1' } },
    ],
    ['a tool search without an id', { type: 'tool_search_call' }, { type: 'tool_search_output' }],
  ])('keeps %s together with what answers it', (_, request, answer) => {
    const pair = [user('q'), request, answer, assistant('a')]
    expect(keepLastItems<Item>(2)(pair, [])).toEqual([assistant('a')])
    expect(keepLastItems<Item>(3)(pair, [])).toEqual(pair.slice(1))
    expect(keepLastItems<Item>(0)([user('q'), request], [answer])).toEqual([request, answer])
  })

  it('answers tool searches without an id in their turn', () => {
    const [first, second] = [
      { type: 'tool_search_call', n: 1 },
      { type: 'tool_search_call', n: 2 },
    ]
    const [one, two] = [
      { type: 'tool_search_output', n: 1 },
      { type: 'tool_search_output', n: 2 },
    ]
    const searches = [first, one, user('q'), second, two, assistant('a')]
    expect(keepLastItems<Item>(4)(searches, [])).toEqual(searches.slice(2))
    expect(keepLastItems<Item>(2)(searches, [])).toEqual([assistant('a')])
  })

  it('does not tie a reasoning item that came to nothing to what the user says next', () => {
    expect(keepLastItems<Item>(0)([user('q'), reasoning], input)).toEqual(input)
    expect(keepLastTurns<Item>(1)([...turn(1), reasoning, ...turn(2)], input)).toEqual([...turn(2), ...input])
  })

  it('keeps a little more where a new item is the result of a call in the history', () => {
    const waiting = [user('q'), reasoning, call('x')]
    expect(keepLastItems<Item>(0)(waiting, [result('x')])).toEqual([reasoning, call('x'), result('x')])
    expect(keepLastItems<Item>(2)(waiting, [result('x')])).toEqual([reasoning, call('x'), result('x')])
  })

  it('does not confuse calls that share an id over time', () => {
    const reused = [call('x'), result('x'), user('q'), call('x'), result('x'), assistant('a')]
    expect(keepLastItems<Item>(3)(reused, [])).toEqual(reused.slice(3))
  })

  it('leaves alone what was broken before', () => {
    expect(keepLastItems<Item>(1)([user('q'), result('never called')], [])).toEqual([result('never called')])
  })

  it('keeps system messages on request, in front and once', () => {
    const long = [system('s1'), ...turn(1), system('s2'), ...turn(2)]
    expect(keepLastItems<Item>(1, { keepSystemMessages: true })(long, input)).toEqual([
      system('s1'),
      system('s2'),
      assistant('a2'),
      user('now'),
    ])
    expect(keepLastItems<Item>(99, { keepSystemMessages: true })(long, input)).toEqual([...long, ...input])
    expect(keepLastItems<Item>(1)(long, input)).toEqual([assistant('a2'), user('now')])
  })

  it('changes neither of its arguments', () => {
    const [before, fresh] = [structuredClone(history), structuredClone(input)]
    keepLastItems<Item>(2)(history, input).push(user('x'))
    expect([history, input]).toEqual([before, fresh])
  })
})

describe('keepLastTurns', () => {
  it('keeps the last n turns, from what the user said', () => {
    expect(keepLastTurns<Item>(1)(history, input)).toEqual([...turn(3), user('now')])
    expect(keepLastTurns<Item>(2)(history, input)).toEqual([...turn(2), ...turn(3), user('now')])
    expect(keepLastTurns<Item>(0)(history, input)).toEqual(input)
    expect(keepLastTurns<Item>(9)(history, input)).toEqual([...history, ...input])
  })

  it('counts several user messages in a row as one turn', () => {
    const twice = [...turn(1), user('one'), user('two'), assistant('both')]
    expect(keepLastTurns<Item>(1)(twice, [])).toEqual(twice.slice(5))
  })

  it('keeps what comes before the first user message with the first turn', () => {
    const greeted = [assistant('welcome'), ...turn(1)]
    expect(keepLastTurns<Item>(1)(greeted, [])).toEqual(greeted)
    expect(keepLastTurns<Item>(1)([...greeted, ...turn(2)], [])).toEqual(turn(2))
  })
})

describe('keepWithin', () => {
  const length = (item: Item): number => JSON.stringify(item).length
  const size = (items: readonly Item[]): number => items.reduce((sum, item) => sum + length(item), 0)

  it('keeps as much as fits together with the new items', () => {
    for (let budget = size(input); budget <= size([...history, ...input]) + 10; budget += 7) {
      const kept = keepWithin<Item>(budget, length)(history, input)
      expect(size(kept)).toBeLessThanOrEqual(budget)
      expect(brokenPairs(kept, [...history, ...input])).toEqual([])
    }
    expect(keepWithin<Item>(size([...history, ...input]), length)(history, input)).toEqual([...history, ...input])
    expect(keepWithin<Item>(size([...history, ...input]) - 1, length)(history, input)).toEqual([
      ...history.slice(1),
      ...input,
    ])
  })

  it('keeps new items that alone exceed the budget, with no history', () => {
    expect(keepWithin<Item>(0, length)(history, input)).toEqual(input)
  })

  it('counts the system messages that it keeps', () => {
    const long = [system('be kind'), ...turn(1)]
    const keep = { keepSystemMessages: true }
    const budget = size([system('be kind'), assistant('a1'), ...input])
    expect(keepWithin<Item>(budget, length, keep)(long, input)).toEqual([system('be kind'), assistant('a1'), ...input])
    expect(keepWithin<Item>(budget - 1, length, keep)(long, input)).toEqual([system('be kind'), ...input])
  })

  it('refuses sizes that are no sizes', () => {
    expect(() => keepWithin<Item>(-1, length)).toThrow(RangeError)
    expect(() => keepWithin<Item>(Number.NaN, length)).toThrow(RangeError)
    expect(() => keepWithin<Item>(10, undefined as never)).toThrow(TypeError)
    expect(() => keepWithin<Item>(10, () => Number.NaN)(history, input)).toThrow(RangeError)
    expect(() => keepWithin<Item>(10, () => 'long' as never)(history, input)).toThrow(TypeError)
  })
})

it.each([-1, 1.5, Number.NaN])('refuses %s for a number of items or turns', (n) => {
  expect(() => keepLastItems(n)).toThrow(RangeError)
  expect(() => keepLastTurns(n)).toThrow(RangeError)
})

it('refuses unknown options and no number', () => {
  expect(() => keepLastItems(1, { keepSystem: true } as never)).toThrow(/keepSystem/)
  expect(() => keepLastTurns('3' as never)).toThrow(TypeError)
  expect(() => keepLastTurns(undefined as never)).toThrow(TypeError)
})
