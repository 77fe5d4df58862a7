import { cbc } from '@noble/ciphers/aes.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { fromBase64, toBase64url } from './base64.ts'
import { equalBytes } from './constant-time.ts'

/*
 * Fernet (https://github.com/fernet/spec): base64url with padding of
 *
 *   offset  bytes  what
 *        0      1  version, 0x80
 *        1      8  seconds since the Unix epoch, unsigned, big-endian
 *        9     16  IV, random
 *       25      n  ciphertext: AES-128 in CBC mode (NIST SP 800-38A), padded (RFC 5652, section 6.3)
 *   25 + n     32  HMAC-SHA256 (RFC 2104) of all before
 *
 * The first half of the key is the HMAC's, the second AES's.
 */
const version = 0x80
const headerLength = 25
const macLength = 32

export const ivLength = 16

export function fernetSeal(key: Uint8Array, seconds: number, iv: Uint8Array, plaintext: Uint8Array): string {
  const ciphertext = cbc(key.subarray(16, 32), iv).encrypt(plaintext)
  const token = new Uint8Array(headerLength + ciphertext.length + macLength)
  const view = new DataView(token.buffer)
  view.setUint8(0, version)
  view.setBigUint64(1, BigInt(seconds))
  token.set(iv, 9)
  token.set(ciphertext, headerLength)
  token.set(hmac(sha256, key.subarray(0, 16), token.subarray(0, -macLength)), token.length - macLength)
  return pad(toBase64url(token))
}

/** The bytes of a token; `undefined` for what Fernet would not have written. */
export function fernetParse(text: string): Uint8Array | undefined {
  const token = fromBase64(text.replace(/={1,2}$/, ''))
  if (token === undefined || pad(toBase64url(token)) !== text) return undefined
  const blocks = (token.length - headerLength - macLength) / 16
  return token[0] === version && Number.isInteger(blocks) && blocks >= 1 ? token : undefined
}

/** `undefined` where the HMAC is not that of the key. */
export function fernetOpen(key: Uint8Array, token: Uint8Array): { seconds: number; plaintext: Uint8Array } | undefined {
  const signed = token.subarray(0, -macLength)
  const mac = hmac(sha256, key.subarray(0, 16), signed)
  if (!equalBytes(mac, token.subarray(-macLength))) return undefined
  const seconds = Number(new DataView(token.buffer, token.byteOffset).getBigUint64(1))
  const iv = signed.subarray(9, headerLength)
  const plaintext = decrypt(key.subarray(16, 32), iv, signed.subarray(headerLength))
  return plaintext && { seconds, plaintext }
}

/** `undefined` for padding that only a holder of the key could have got wrong. */
function decrypt(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
  try {
    return cbc(key, iv).decrypt(ciphertext)
  } catch (error) {
    if (error instanceof Error && error.message === 'aes: bad decrypt') return undefined
    throw error
  }
}

function pad(text: string): string {
  return text + '='.repeat((4 - (text.length % 4)) % 4)
}
