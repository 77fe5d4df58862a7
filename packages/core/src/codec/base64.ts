/** RFC 4648, section 4: with padding. */
export interface Base64 {
  encode(bytes: Uint8Array): string
  /** `undefined` for what is no base64. */
  decode(text: string): Uint8Array | undefined
}

/** Where a platform may have base64. */
export interface Base64Platform {
  Uint8Array: { prototype: object; fromBase64?(text: string): Uint8Array }
  Buffer?: {
    from(bytes: ArrayBufferLike, offset: number, length: number): { toString(encoding: 'base64'): string }
  } & {
    from(text: string, encoding: 'base64'): Uint8Array
  }
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const padding = 61
const whole = /^[A-Za-z0-9+/]*={0,2}$/

/** The quickest that the platform has: its own for any `Uint8Array`, else that of Node, else loops. They take the same texts. */
export function base64Of(platform: Base64Platform): Base64 {
  const { encode, decode } = native(platform) ?? node(platform) ?? loops()
  return { encode, decode: (text) => (text.length % 4 === 0 && whole.test(text) ? decode(text) : undefined) }
}

type Codec = { encode(bytes: Uint8Array): string; decode(text: string): Uint8Array }

function native({ Uint8Array: Bytes }: Base64Platform): Codec | undefined {
  const { toBase64 } = Bytes.prototype as { toBase64?: (this: object) => string }
  const { fromBase64 } = Bytes
  if (toBase64 === undefined || fromBase64 === undefined) return undefined
  return { encode: (bytes) => toBase64.call(bytes), decode: (text) => fromBase64.call(Bytes, text) }
}

function node({ Buffer }: Base64Platform): Codec | undefined {
  if (Buffer === undefined) return undefined
  return {
    encode: ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
    // A Buffer is no plain Uint8Array, and a small one keeps the memory of many alive.
    decode: (text) => new Uint8Array(Buffer.from(text, 'base64')),
  }
}

function loops(): Codec {
  const codes = new TextEncoder().encode(digits)
  const values = new Uint8Array(128)
  for (const [value, code] of codes.entries()) values[code] = value
  return { encode: (bytes) => encodeByLoop(bytes, codes), decode: (text) => decodeByLoop(text, values) }
}

function encodeByLoop(bytes: Uint8Array, codes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4)
  let place = 0
  for (let index = 0; index < bytes.length; index += 3) {
    // What is read beyond the end is 0.
    const group = ((bytes[index] as number) << 16) | ((bytes[index + 1] as number) << 8) | (bytes[index + 2] as number)
    text[place] = codes[group >> 18] as number
    text[place + 1] = codes[(group >> 12) & 63] as number
    text[place + 2] = codes[(group >> 6) & 63] as number
    text[place + 3] = codes[group & 63] as number
    place += 4
  }
  const rest = bytes.length % 3
  if (rest > 0) text.fill(padding, text.length - 3 + rest)
  return new TextDecoder().decode(text)
}

function decodeByLoop(text: string, values: Uint8Array): Uint8Array {
  const end = text.indexOf('=')
  const length = end < 0 ? text.length : end
  const bytes = new Uint8Array(Math.floor((length * 3) / 4))
  const code = (index: number): number => values[text.charCodeAt(index) & 127] as number
  let place = 0
  for (let index = 0; index < text.length; index += 4) {
    const group = (code(index) << 18) | (code(index + 1) << 12) | (code(index + 2) << 6) | code(index + 3)
    // What is written beyond the end is dropped.
    bytes[place] = group >> 16
    bytes[place + 1] = group >> 8
    bytes[place + 2] = group
    place += 3
  }
  return bytes
}
