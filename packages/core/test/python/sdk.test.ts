import type fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pythonCodec } from '../../src/codec/python/index.ts'
import { everyItem } from './every-item.ts'
import { jsItems } from './js-items.ts'
import { pythonItems } from './python-items.ts'
import { converter, modelItem } from './sdk.ts'
import { asSent, cleared, sentByPython } from './sent.ts'

function sendable(variants: Record<string, fc.Arbitrary<object>>): Record<string, fc.Arbitrary<object>> {
  return Object.fromEntries(Object.entries(variants).map(([variant, items]) => [variant, items.map(cleared)]))
}

describe('what the JavaScript SDK makes of what Python stored', () => {
  it('is what Python sends', () => {
    everyItem(sendable(pythonItems), (item) => {
      const [sent] = converter.getInputItems([pythonCodec.decode(JSON.stringify(item))])
      expect(asSent(sent as object)).toEqual(sentByPython(item))
    })
  })

  it('is an item by its own schema', () => {
    everyItem(sendable(pythonItems), (item, variant) => {
      const { success, error } = modelItem.safeParse(pythonCodec.decode(JSON.stringify(item)))
      expect(success, `${variant}: ${error}`).toBe(true)
    })
  })
})

describe('what Python sends of what the JavaScript SDK stored', () => {
  it('is what the JavaScript SDK sends', () => {
    everyItem(sendable(jsItems), (item) => {
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
