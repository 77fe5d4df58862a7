import { builtin } from './platform.ts'

/** RFC 4648, section 4: the characters of base64. */
const digits64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
/** RFC 4648, section 5: those of base64url. */
const base64url = `${digits64.slice(0, 62)}-_`

export type Alphabet = 'base64' | 'base64url'

/** The value of a character that is not of the alphabet: a bit that no value of one has. */
const foreign = 64

const codes = Uint8Array.from(base64url, (character) => character.charCodeAt(0))
const values: Readonly<Record<Alphabet, Uint8Array>> = { base64: valuesOf(digits64), base64url: valuesOf(base64url) }
const ascii = new TextDecoder()
const encoder = new TextEncoder()
/** The digit that stands for no bits: `A`. */
const zero = 65

/** Encoding and decoding, without padding. */
export interface Base64 {
  toBase64url(bytes: Uint8Array): string
  /**
   * The bytes of a text; `undefined` for any text that no encoder would have written: another character, an impossible length, or bits
   * left over that are not 0 (RFC 4648, section 3.5). So different texts never have the same bytes.
   */
  fromBase64(text: string, alphabet?: Alphabet): Uint8Array | undefined
}

const node = builtin('node:buffer')

/** Where the bytes begin in their memory: what follows the header of an envelope is aligned then, which the ciphers copy otherwise. */
const offset = 2

/** That of `node:buffer`; `undefined` where there is none. */
export const nodeBase64: Base64 | undefined = node && {
  toBase64url: ({ buffer, byteOffset, byteLength }) =>
    node.Buffer.from(buffer, byteOffset, byteLength).toString('base64url'),
  fromBase64(text, alphabet = 'base64url') {
    const length = Math.floor((text.length * 6) / 8)
    const memory = new ArrayBuffer(offset + length)
    // It passes over what is no digit, and is short of bytes then; but it takes the digits of both alphabets.
    const written = node.Buffer.from(memory).write(text, offset, alphabet)
    const others = alphabet === 'base64' ? '-_' : '+/'
    const isForeign = text.includes(others.charAt(0)) || text.includes(others.charAt(1))
    const isExact = written === length && !isForeign && node.Buffer.byteLength(text) === text.length
    return isExact && endsWithZeros(text, alphabet) ? new Uint8Array(memory, offset) : undefined
  },
}

/** In JavaScript alone. */
export const plainBase64: Base64 = { toBase64url: encode, fromBase64: decode }

const base64: Base64 = nodeBase64 ?? plainBase64
export const toBase64url: Base64['toBase64url'] = base64.toBase64url
export const fromBase64: Base64['fromBase64'] = base64.fromBase64

function encode(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil((bytes.length * 8) / 6))
  let place = 0
  for (let index = 0; index < bytes.length; index += 3) {
    // What is read beyond the end is 0, and what is written there is dropped.
    const group = ((bytes[index] as number) << 16) | ((bytes[index + 1] as number) << 8) | (bytes[index + 2] as number)
    text[place] = codes[group >> 18] as number
    text[place + 1] = codes[(group >> 12) & 63] as number
    text[place + 2] = codes[(group >> 6) & 63] as number
    text[place + 3] = codes[group & 63] as number
    place += 4
  }
  return ascii.decode(text)
}

function decode(text: string, alphabet: Alphabet = 'base64url'): Uint8Array | undefined {
  const table = values[alphabet]
  const digits = encoder.encode(text)
  const rest = digits.length % 4
  const bytes = new Uint8Array(Math.floor((digits.length * 6) / 8))
  let wrong = rest === 1 ? foreign : 0
  let place = 0
  let last = 0
  for (let index = 0; index < digits.length; index += 4) {
    const a = table[digits[index] as number] as number
    const b = table[digits[index + 1] ?? zero] as number
    const c = table[digits[index + 2] ?? zero] as number
    const d = table[digits[index + 3] ?? zero] as number
    wrong |= a | b | c | d
    last = (a << 18) | (b << 12) | (c << 6) | d
    // What is written beyond the end is dropped; what there is to drop must be 0.
    bytes[place] = last >> 16
    bytes[place + 1] = last >> 8
    bytes[place + 2] = last
    place += 3
  }
  const leftOver = rest === 0 ? 0 : last & (rest === 3 ? 0xff : 0xffff)
  return (wrong & foreign) === 0 && leftOver === 0 ? bytes : undefined
}

/** Whether a text of digits has a possible length, and its last one no bits that are not of a byte, but zeros. */
function endsWithZeros(text: string, alphabet: Alphabet): boolean {
  const rest = text.length % 4
  if (rest === 0) return true
  const last = values[alphabet][text.charCodeAt(text.length - 1)] ?? foreign
  return rest !== 1 && (last & (rest === 3 ? 0x03 : 0x0f)) === 0
}

/** The value of each byte of a text in UTF-8. */
function valuesOf(alphabet: string): Uint8Array {
  const table = new Uint8Array(256).fill(foreign)
  for (let value = 0; value < 64; value++) table[alphabet.charCodeAt(value)] = value
  return table
}
