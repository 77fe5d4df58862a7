import { describe, expect, it } from 'vitest'
import { pythonCodec } from '../../src/codec/python/index.ts'
import { everyItem } from './every-item.ts'
import { jsItems } from './js-items.ts'
import { pythonItems } from './python-items.ts'

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
