import { expect, it } from 'vitest'
import { nodeBase64, plainBase64 } from '../src/base64.ts'
import { createRandom } from './support/tampering.ts'

const random = createRandom(1)

it.each([
  ['that of Node', nodeBase64],
  ['in JavaScript alone', plainBase64],
])('%s, writes and reads what Node does, at every length', (_, base64) => {
  for (let length = 0; length < 300; length++) {
    const bytes = Uint8Array.from({ length }, () => random(256))
    const text = base64?.toBase64url(bytes) as string
    expect(text).toBe(Buffer.from(bytes).toString('base64url'))
    expect(base64?.fromBase64(text)).toEqual(bytes)
    expect(base64?.fromBase64(Buffer.from(bytes).toString('base64').replaceAll('=', ''), 'base64')).toEqual(bytes)
  }
})

it('takes no text for which there is another with the same bytes, with either', () => {
  const characters = 'ABQgwxyz0123-_+/= \néŁ'
  let taken = 0
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: random(7) }, () => characters[random(characters.length)]).join('')
    const bytes = plainBase64.fromBase64(text)
    expect(nodeBase64?.fromBase64(text)).toEqual(bytes)
    expect(nodeBase64?.fromBase64(text, 'base64')).toEqual(plainBase64.fromBase64(text, 'base64'))
    if (bytes !== undefined) expect(plainBase64.toBase64url(bytes)).toBe(text)
    else
      expect(/^[\w-]*$/.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text, text).toBe(false)
    if (bytes !== undefined) taken++
  }
  expect(taken).toBeGreaterThan(1_000)
})
