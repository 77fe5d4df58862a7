import { expect, it } from 'vitest'
import { fromBase64, toBase64url } from '../src/base64.ts'
import { createRandom } from './support/tampering.ts'

const random = createRandom(1)

it('writes and reads what Node does, at every length', () => {
  for (let length = 0; length < 300; length++) {
    const bytes = Uint8Array.from({ length }, () => random(256))
    const text = toBase64url(bytes)
    expect(text).toBe(Buffer.from(bytes).toString('base64url'))
    expect(fromBase64(text)).toEqual(bytes)
    expect(fromBase64(Buffer.from(bytes).toString('base64').replaceAll('=', ''), 'base64')).toEqual(bytes)
  }
})

it('takes no text for which there is another with the same bytes', () => {
  const characters = 'ABQgwxyz0123-_+/= \né'
  let taken = 0
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: random(7) }, () => characters[random(characters.length)]).join('')
    const bytes = fromBase64(text)
    if (bytes !== undefined) expect(toBase64url(bytes)).toBe(text)
    else
      expect(/^[\w-]*$/.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text, text).toBe(false)
    if (bytes !== undefined) taken++
  }
  expect(taken).toBeGreaterThan(1_000)
})
