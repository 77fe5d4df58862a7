import { jsonCodec } from '@sessions/core'
import { describe, expect, it } from 'vitest'
import { base64Of } from '../src/codec/base64.ts'

describe('bytes in JSON', () => {
  const native = {
    Uint8Array: {
      prototype: {
        toBase64(this: Uint8Array): string {
          return Buffer.from(this).toString('base64')
        },
      },
      fromBase64: (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64')),
    },
  }
  it.each([
    ['the platform’s own', base64Of(native)],
    ['Node’s', base64Of({ Uint8Array: { prototype: {} }, Buffer })],
    ['loops', base64Of({ Uint8Array: { prototype: {} } })],
    ['what this platform has', base64Of(globalThis)],
  ])('are the same by %s', (_, base64) => {
    for (let length = 0; length < 70; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 89 + length) % 256)
      const text = Buffer.from(bytes).toString('base64')
      expect(base64.encode(bytes)).toBe(text)
      expect(base64.decode(text)).toEqual(bytes)
    }
    for (const wrong of ['A', 'AA', 'AAA', 'AA=A', '====', 'AA==AA==', 'A-A=', 'AAAA\n', ' AAA', 'ÄAAA']) {
      expect(base64.decode(wrong), wrong).toBeUndefined()
    }
  })

  it('cost no more than a few times what the same length of text costs', () => {
    const bytes = new Uint8Array(4 << 20).map((_, index) => index * 7)
    const text = { text: 'x'.repeat((bytes.length * 4) / 3) }
    const time = (work: () => unknown): number => {
      const times = Array.from({ length: 5 }, () => {
        const start = performance.now()
        work()
        return performance.now() - start
      })
      return Math.min(...times)
    }
    const [plain, packed] = [jsonCodec.encode(text), jsonCodec.encode({ bytes })]
    const baseline = time(() => jsonCodec.encode(text)) + time(() => jsonCodec.decode(plain))
    const cost = time(() => jsonCodec.encode({ bytes })) + time(() => jsonCodec.decode(packed))
    expect(cost / baseline).toBeLessThan(20)
  })
})
