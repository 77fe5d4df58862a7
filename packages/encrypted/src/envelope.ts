import { fromBase64, toBase64url } from './base64.ts'
import { decodeText, parseFields } from './envelope-fields.ts'
import type { EnvelopeFormat, Opened, RandomBytes, SealedEnvelope } from './envelope-format.ts'
import { decryptFailed } from './errors.ts'
import type { SessionKeys } from './session-keys.ts'
import { nonceLength, type Suite, type SuiteName, tagLength } from './suite.ts'
import { xaes } from './xaes.ts'
import { xchacha } from './xchacha.ts'

/*
 * The envelope, version 2, is one line of JSON:
 *
 *   {"__enc__":2,"alg":"XC20P","kid":"2026-01","payload":"<base64url>"}
 *
 * with "kdf":"scrypt-17-8-1" before the payload where the key is a passphrase. The payload is base64url without padding
 * (RFC 4648, section 5) of
 *
 *   offset  bytes  what
 *        0      6  when it was written: milliseconds since the Unix epoch, unsigned, big-endian
 *        6     24  nonce, random
 *       30      n  ciphertext
 *   30 + n     16  tag (RFC 8439, section 2.8; NIST SP 800-38D)
 *
 * and the associated data, which the tag covers with the ciphertext and which is not stored, is
 *
 *   "sessions/encrypted/v2", then alg, kid, kdf (empty without one) and the session id, each as UTF-8 after its length in bytes
 *   (2 bytes, big-endian), then the 6 bytes of the time
 *
 * The key is HKDF-SHA256 (RFC 5869) of the key that `kid` names, salt: the session id, info: "sessions/encrypted/v2/" and alg.
 */
const version = 2
const label = 'sessions/encrypted/v2'
const timeLength = 6
const headerLength = timeLength + nonceLength

/** Plaintexts longer than this, in bytes, are the platform's business: from here on pure JavaScript is slower (`pnpm bench encrypted`). */
const largeText = 8 * 1024

const suites: Readonly<Record<SuiteName, Suite>> = { XC20P: xchacha, XA256GCM: xaes }
const encoder = new TextEncoder()

/** Key ids that stand in an envelope as they are. */
export const keyIdPattern: RegExp = /^[A-Za-z0-9._:/@=+-]{1,128}$/

/** The format of this package. Random bytes are given by tests. */
export function createEnvelopeFormat(random: RandomBytes): EnvelopeFormat {
  return {
    seal(text, written, keys) {
      const plaintext = encoder.encode(text)
      const suite = plaintext.length > largeText ? xaes : xchacha
      const time = encodeTime(written)
      const nonce = random(nonceLength)
      const sealed = suite.seal(keyFor(suite, keys), nonce, associatedData(suite, keys, time), plaintext)
      const write = (bytes: Uint8Array): string => writeEnvelope(suite, keys, concatenate(time, nonce, bytes))
      return sealed instanceof Uint8Array ? write(sealed) : sealed.then(write)
    },

    parse(record) {
      const fields = parseFields(
        record,
        version,
        { alg: 'string', kid: 'string', payload: 'string' },
        { kdf: 'string' },
      )
      if (fields === undefined) return undefined
      const { alg, kid, kdf, payload } = fields as { alg: string; kid: string; kdf?: string; payload: string }
      if (!Object.hasOwn(suites, alg))
        throw decryptFailed('its envelope names a cipher that this version does not know')
      if (!keyIdPattern.test(kid)) throw decryptFailed('its envelope is malformed')
      const bytes = fromBase64(payload)
      if (bytes === undefined || bytes.length < headerLength + tagLength) {
        throw decryptFailed('its payload is cut off or malformed')
      }
      return sealedEnvelope(suites[alg as SuiteName], kid, kdf, bytes)
    },
  }
}

function sealedEnvelope(suite: Suite, keyId: string, method: string | undefined, bytes: Uint8Array): SealedEnvelope {
  const time = bytes.subarray(0, timeLength)
  const nonce = bytes.subarray(timeLength, headerLength)
  const finish = (plaintext: Uint8Array | undefined): Opened | undefined => {
    if (plaintext === undefined) return undefined
    return { text: decodeText(plaintext), keyId, nonce: toBase64url(nonce), written: decodeTime(time), precision: 0 }
  }
  return {
    keyId,
    open(keys) {
      // The method decides on the key; one that somebody wrote into the envelope must not cost a derivation.
      if (keys.method !== method) throw decryptFailed(`its key ${JSON.stringify(keyId)} was ${made(method)}`)
      const data = associatedData(suite, keys, time)
      const plaintext = suite.open(keyFor(suite, keys), nonce, data, bytes.subarray(headerLength))
      return plaintext instanceof Promise ? plaintext.then(finish) : finish(plaintext)
    },
  }
}

function made(method: string | undefined): string {
  if (method === undefined) return 'one of 32 bytes, not a passphrase'
  return 'made of a passphrase, in another way than the key given here'
}

function keyFor(suite: Suite, keys: SessionKeys): Uint8Array {
  return keys.derive(`${label}/${suite.name}`)
}

/** The lengths keep apart what stands next to each other. */
function associatedData(suite: Suite, { keyId, method = '', sessionId }: SessionKeys, time: Uint8Array): Uint8Array {
  const parts = [suite.name, keyId, method, sessionId].flatMap((text) => {
    const bytes = encoder.encode(text)
    return [Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes]
  })
  return concatenate(encoder.encode(label), ...parts, time)
}

/** Nothing in it needs to be escaped. */
function writeEnvelope(suite: Suite, { keyId, method }: SessionKeys, bytes: Uint8Array): string {
  const kdf = method === undefined ? '' : `"kdf":"${method}",`
  return `{"__enc__":${version},"alg":"${suite.name}","kid":"${keyId}",${kdf}"payload":"${toBase64url(bytes)}"}`
}

function encodeTime(milliseconds: number): Uint8Array {
  return Uint8Array.from({ length: timeLength }, (_, index) => Math.floor(milliseconds / 256 ** (5 - index)) % 256)
}

function decodeTime(bytes: Uint8Array): number {
  return bytes.reduce((time, byte) => time * 256 + byte, 0)
}

function concatenate(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return all
}
