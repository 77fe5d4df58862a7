/** RFC 4648, section 4: the characters of base64. */
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
/** RFC 4648, section 5: those of base64url. */
const base64url = `${base64.slice(0, 62)}-_`

export type Alphabet = 'base64' | 'base64url'

const codes = Uint8Array.from(base64url, (character) => character.charCodeAt(0))
const values: Readonly<Record<Alphabet, Uint8Array>> = { base64: valuesOf(base64), base64url: valuesOf(base64url) }
const ascii = new TextDecoder()

/** Base64url without padding. */
export function toBase64url(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil((bytes.length * 8) / 6))
  let place = 0
  for (let index = 0; index < bytes.length; index += 3) {
    const group = ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0)
    text[place++] = codes[group >> 18] ?? 0
    text[place++] = codes[(group >> 12) & 63] ?? 0
    // What lies beyond the end of a typed array is not written.
    text[place++] = codes[(group >> 6) & 63] ?? 0
    text[place++] = codes[group & 63] ?? 0
  }
  return ascii.decode(text)
}

/**
 * The bytes of a text without padding; `undefined` for any text that `encode` would not have written: another character, an
 * impossible length, or bits left over that are not 0 (RFC 4648, section 3.5). So each text has bytes of its own.
 */
export function fromBase64(text: string, alphabet: Alphabet = 'base64url'): Uint8Array | undefined {
  const table = values[alphabet]
  const length = Math.floor((text.length * 6) / 8)
  const bytes = new Uint8Array(length)
  let bits = 0
  let count = 0
  let place = 0
  let wrong = text.length % 4 === 1 ? 64 : 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const value = code < 128 ? (table[code] as number) : 64
    wrong |= value & 64
    bits = ((bits << 6) | value) & 0xffff
    count += 6
    if (count < 8) continue
    count -= 8
    bytes[place++] = bits >> count
  }
  const leftOver = bits & ((1 << count) - 1)
  return wrong === 0 && leftOver === 0 ? bytes : undefined
}

/** The value of each ASCII character; 64 for those that are not of the alphabet. */
function valuesOf(alphabet: string): Uint8Array {
  const table = new Uint8Array(128).fill(64)
  for (let value = 0; value < 64; value++) table[alphabet.charCodeAt(value)] = value
  return table
}
