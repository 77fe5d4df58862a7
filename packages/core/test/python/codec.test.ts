import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pythonCodec } from '../../src/codec/python/index.ts'
import { jsItems } from './js-items.ts'
import { pythonItems } from './python-items.ts'

/** Of each direction, over all variants; a campaign asks for more, and for others. */
const total = Number(process.env.SESSIONS_CODEC_ITEMS ?? 10_000)
const seed = Number(process.env.SESSIONS_CODEC_SEED ?? 1)

function everyItem(items: Record<string, fc.Arbitrary<object>>, check: (item: object) => void): void {
  const numRuns = Math.ceil(total / Object.keys(items).length)
  for (const arbitrary of Object.values(items)) {
    fc.assert(fc.property(arbitrary, check), { numRuns, seed })
  }
}

describe('pythonCodec', () => {
  it('gives Python back what it stored', () => {
    everyItem(pythonItems, (item) => {
      const again = pythonCodec.encode(pythonCodec.decode(JSON.stringify(item)))
      expect(JSON.parse(again)).toEqual(JSON.parse(JSON.stringify(item)))
    })
  })

  it('gives JavaScript back what it stored', () => {
    everyItem(jsItems, (item) => {
      expect(pythonCodec.decode(pythonCodec.encode(item))).toEqual(item)
    })
  })
})
