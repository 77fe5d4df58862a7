import { expect, it } from 'vitest'
import { type Block, blocksOf, keptFrom } from '../page/blocks.ts'
import type { PageEntry } from '../src/shared/api.ts'

const entry = (id: string, item: Record<string, unknown>): PageEntry => ({ id, item, size: 1 })
const question = entry('1', { role: 'user', content: 'Where?' })
const call = entry('2', { type: 'function_call', callId: 'c', name: 'look', arguments: '{}' })
const words = entry('3', { role: 'assistant', content: [] })
const result = entry('4', { type: 'function_call_result', callId: 'c', output: { type: 'text', text: 'Here.' } })

it('makes of what was added no other blocks than those that it changes', () => {
  const before = blocksOf([question, call, words], false)
  const changed = (entries: readonly PageEntry[], hasNewer = false): (string | undefined)[] => {
    const now = keptFrom(before, blocksOf(entries, hasNewer))
    expect(now).toEqual(blocksOf(entries, hasNewer))
    return now.filter((block: Block) => !before.includes(block)).map((block) => block.entry.id)
  }
  expect(changed([question, call, words])).toEqual([])
  expect(changed([question, call, words, result])).toEqual(['2'])
  expect(changed([entry('0', { role: 'user', content: 'So:' }), question, call, words])).toEqual(['0', '1'])
  expect(changed([question, call, words], true)).toEqual(['2'])
  expect(changed([question, call, { ...words }])).toEqual(['3'])
})
