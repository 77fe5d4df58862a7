import { assertOptions } from '@sessions/core'
import { fromBase64 } from './base64.ts'
import { pythonKey } from './python-key.ts'

/**
 * A key as the caller gives it. A `Uint8Array` is 32 bytes. A plain string of 44 characters that ends in `=` and is base64 of 32
 * bytes, or of 64 hex digits, is a key, as `openssl rand` prints it; any other is a passphrase. The other two forms leave nothing
 * to be told apart.
 */
export type Key = Uint8Array | string | Base64Key | Passphrase

/** 32 bytes in base64 or base64url, with or without padding. */
export interface Base64Key {
  base64: string
}

/** At least 15 characters, stretched with scrypt. */
export interface Passphrase {
  passphrase: string
  /**
   * At least 16 bytes, or a string of at least 16: random, a deployment's own, and kept as the passphrase is, but no secret. Default:
   * the id of the key, so that one passphrase under one id is one key in every deployment.
   */
  salt?: string | Uint8Array
}

/** What a key turned out to be: bytes of ours to use and wipe, or a passphrase that is still to be stretched. */
export type KeyMaterial =
  | { readonly bytes: Uint8Array }
  | { readonly passphrase: string; readonly salt?: Uint8Array | undefined }

/** Fewer characters than NIST SP 800-63B-4 asks of a password that stands alone (section 3.1.1.2) are refused. */
const minPassphraseLength = 15

/** Bytes: NIST SP 800-132, section 5.1, asks for 128 bits. */
const minSaltLength = 16

const accepted =
  'a key is 32 bytes as a Uint8Array, { base64 }, 44 characters of base64 or 64 of hex; ' +
  `any other string is a passphrase of at least ${minPassphraseLength} characters, as is { passphrase, salt? }`

/**
 * Reads a key. The message of an error never holds any of it.
 * @throws TypeError for what is empty, short, or looks like a key that was cut
 */
export function parseKey(key: unknown, name: string): KeyMaterial {
  if (isByteArray(key)) return { bytes: checkBytes(new Uint8Array(key), name) }
  if (typeof key === 'object' && key !== null) return parseExplicit(key, name)
  if (typeof key !== 'string') throw new TypeError(`${name} is neither a string nor a Uint8Array: ${accepted}.`)
  checkText(key, name)
  const bytes = decodeKey(key)
  if (bytes !== undefined) return { bytes: checkBytes(bytes, name) }
  if (key.length === 43 && decode(key) !== undefined) {
    const choice = 'pass { base64 } or { passphrase } to say which'
    throw new TypeError(`${name} may be 32 bytes in base64 without padding or a passphrase; ${choice}: ${accepted}.`)
  }
  if (looksLikeKey(key)) throw new TypeError(`${name} looks like an encoded key, but is not of 32 bytes: ${accepted}.`)
  return checkPassphrase(key, name)
}

function parseExplicit(key: object, name: string): KeyMaterial {
  if ('base64' in key) {
    assertOptions(name, key, { base64: 'string' }, ['base64'])
    const text = (key as Base64Key).base64
    checkText(text, name)
    const bytes = decode(text.replace(/=$/, ''))
    if (bytes === undefined || text.length > 44) throw new TypeError(`${name} is not base64 of 32 bytes: ${accepted}.`)
    return { bytes: checkBytes(bytes, name) }
  }
  if (!('passphrase' in key)) throw new TypeError(`${name} is neither a string nor a Uint8Array: ${accepted}.`)
  assertOptions(name, key, { passphrase: 'string', salt: 'any' }, ['passphrase'])
  const { passphrase, salt } = key as Passphrase
  checkText(passphrase, name)
  return { ...checkPassphrase(passphrase, name), salt: parseSalt(salt, name) }
}

function parseSalt(salt: unknown, name: string): Uint8Array | undefined {
  if (salt === undefined) return undefined
  const bytes = typeof salt === 'string' ? new TextEncoder().encode(salt) : isByteArray(salt) && new Uint8Array(salt)
  if (bytes !== false && bytes.length >= minSaltLength) return bytes
  throw new TypeError(
    `The salt of ${name.replace(/^The/, 'the')} must be a string or bytes, at least ${minSaltLength}.`,
  )
}

function checkText(key: string, name: string): void {
  if (key === '') throw new TypeError(`${name} is empty: ${accepted}.`)
  if (key !== key.trim()) throw new TypeError(`${name} begins or ends with white space, as of a file: ${accepted}.`)
}

function checkPassphrase(key: string, name: string): { passphrase: string } {
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
  return key.length === 44 && key.endsWith('=') ? decode(key.slice(0, -1)) : undefined
}

/** Base64 or base64url of 32 bytes. */
function decode(text: string): Uint8Array | undefined {
  if (text.length !== 43) return undefined
  return fromBase64(text, 'base64') ?? fromBase64(text, 'base64url')
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
