import { fromBase64 } from './base64.ts'
import { pythonKey } from './python-key.ts'

/** A key as the caller gives it. */
export type Key = Uint8Array | string

/** What a key turned out to be: bytes of ours to use and wipe, or a passphrase that is still to be stretched. */
export type KeyMaterial = { readonly bytes: Uint8Array } | { readonly passphrase: string }

/** Fewer characters than NIST SP 800-63B-4 asks of a password that stands alone (section 3.1.1.2) are refused. */
const minPassphraseLength = 15

const accepted =
  'a key is 32 bytes as a Uint8Array, base64, base64url or hex; ' +
  `any other string is a passphrase of at least ${minPassphraseLength} characters`

/**
 * Reads a key. The message of an error never holds any of it.
 * @throws TypeError for what is empty, short, or looks like a key that was cut
 */
export function parseKey(key: unknown, name: string): KeyMaterial {
  if (isByteArray(key)) return { bytes: checkBytes(new Uint8Array(key), name) }
  if (typeof key !== 'string') throw new TypeError(`${name} is neither a string nor a Uint8Array: ${accepted}.`)
  if (key === '') throw new TypeError(`${name} is empty: ${accepted}.`)
  if (key !== key.trim()) throw new TypeError(`${name} begins or ends with white space, as of a file: ${accepted}.`)
  const bytes = decodeKey(key)
  if (bytes !== undefined) return { bytes: checkBytes(bytes, name) }
  if (looksLikeKey(key)) throw new TypeError(`${name} looks like an encoded key, but is not of 32 bytes: ${accepted}.`)
  if ([...key].length < minPassphraseLength) throw new TypeError(`${name} is too short: ${accepted}.`)
  if (!key.isWellFormed()) throw new TypeError(`${name} is not well-formed Unicode: ${accepted}.`)
  return { passphrase: key }
}

/** Python's rule: base64 of 32 bytes, else the text itself. @throws TypeError for an empty one or other types */
export function parsePythonKey(key: unknown, name: string): KeyMaterial {
  if (isByteArray(key)) return { bytes: checkBytes(new Uint8Array(key), name) }
  if (typeof key !== 'string' || key === '' || !key.isWellFormed()) {
    throw new TypeError(`${name} must be what Python takes: a non-empty string.`)
  }
  return { bytes: pythonKey(key) }
}

function decodeKey(key: string): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/i.test(key)) {
    return Uint8Array.from({ length: 32 }, (_, index) => Number.parseInt(key.slice(2 * index, 2 * index + 2), 16))
  }
  const unpadded = key.length === 44 && key.endsWith('=') ? key.slice(0, -1) : key
  if (unpadded.length !== 43 || !isMixed(key)) return undefined
  return fromBase64(unpadded, 'base64') ?? fromBase64(unpadded, 'base64url')
}

/** A key that lost some characters would pass as a passphrase, and be noticed only when nothing opens any more. */
function looksLikeKey(key: string): boolean {
  const hex = key.length >= 48 && /^[0-9a-f]+$/i.test(key)
  const padded = key.length >= 24 && /^[A-Za-z0-9+/_-]+={1,2}$/.test(key)
  const encoded = key.length >= 40 && key.length <= 44 && /^[A-Za-z0-9+/_-]+$/.test(key) && isMixed(key)
  return hex || padded || encoded
}

/** Of random bytes in base64, one in two billion has no capital or no small letter; words joined by hyphens often have none. */
function isMixed(text: string): boolean {
  return /[A-Z]/.test(text) && /[a-z]/.test(text)
}

function checkBytes(bytes: Uint8Array, name: string): Uint8Array {
  if (bytes.length !== 32) throw new TypeError(`${name} has ${bytes.length} bytes: ${accepted}.`)
  if (bytes.every((byte) => byte === bytes[0])) {
    throw new TypeError(`${name} is one byte repeated, as if it was never filled in: ${accepted}.`)
  }
  return bytes
}

/** A `Uint8Array` of any realm, `Buffer` included. */
function isByteArray(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]'
}
