import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pythonCodec } from '../../src/codec/python/index.ts'
import { jsItems } from './js-items.ts'
import { pythonItems } from './python-items.ts'
import { converter, modelItem } from './sdk.ts'
import { asSent, cleared, sentByPython } from './sent.ts'

/** Of each direction, over all variants; a campaign asks for more. */
const total = Number(process.env.SESSIONS_CODEC_ITEMS ?? 3000)

function everyItem(items: Record<string, fc.Arbitrary<object>>, check: (item: object, variant: string) => void): void {
  const numRuns = Math.ceil(total / Object.keys(items).length)
  for (const [variant, arbitrary] of Object.entries(items)) {
    fc.assert(
      fc.property(arbitrary.map(cleared), (item) => check(item, variant)),
      { numRuns, seed: Number(process.env.SESSIONS_CODEC_SEED ?? 1) },
    )
  }
}

describe('what the JavaScript SDK makes of what Python stored', () => {
  it('is what Python sends', () => {
    everyItem(pythonItems, (item) => {
      const [sent] = converter.getInputItems([pythonCodec.decode(JSON.stringify(item))])
      expect(asSent(sent as object)).toEqual(sentByPython(item))
    })
  })

  it('is an item by its own schema', () => {
    everyItem(pythonItems, (item, variant) => {
      const { success, error } = modelItem.safeParse(pythonCodec.decode(JSON.stringify(item)))
      expect(success, `${variant}: ${error}`).toBe(true)
    })
  })
})

describe('what Python sends of what the JavaScript SDK stored', () => {
  it('is what the JavaScript SDK sends', () => {
    everyItem(jsItems, (item) => {
      let sent: object | undefined
      try {
        sent = converter.getInputItems([item])[0]
      } catch {
        return // It sends nothing at all of such an item.
      }
      expect(sentByPython(JSON.parse(pythonCodec.encode(item)))).toEqual(asSent(sent as object))
    })
  })
})
