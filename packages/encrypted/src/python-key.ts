import { fromBase64 } from './base64.ts'

/**
 * How the Agents SDK for Python reads a key: `base64.urlsafe_b64decode(text)` where that gives 32 bytes, else the UTF-8 bytes of
 * the text.
 */
export function pythonKey(text: string): Uint8Array {
  const bytes = decodeLeniently(text)
  return bytes?.length === 32 ? bytes : new TextEncoder().encode(text)
}

/**
 * CPython's `binascii.a2b_base64` in its default mode, which skips foreign characters, and ends at a padding that completes a
 * group. `undefined` where it raises.
 */
function decodeLeniently(text: string): Uint8Array | undefined {
  // urlsafe_b64decode encodes a str as ASCII first, and raises where that cannot be done.
  if (/[^\0-\x7f]/.test(text)) return undefined
  let digits = ''
  let pads = 0
  for (const character of text.replaceAll('-', '+').replaceAll('_', '/')) {
    if (character === '=') {
      const place = digits.length % 4
      if (place >= 2 && place + ++pads >= 4) return decodeDigits(digits)
    } else if (/[A-Za-z0-9+/]/.test(character)) {
      pads = 0
      digits += character
    }
  }
  return digits.length % 4 === 0 ? decodeDigits(digits) : undefined
}

/** Bits left over are dropped, as CPython does, not checked. */
function decodeDigits(digits: string): Uint8Array | undefined {
  const bytes = fromBase64(digits + 'A'.repeat((4 - (digits.length % 4)) % 4), 'base64')
  return bytes?.subarray(0, Math.floor((digits.length * 6) / 8))
}
