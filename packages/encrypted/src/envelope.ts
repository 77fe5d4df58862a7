import { concatBytes } from '@noble/hashes/utils.js'
import { fromBase64, toBase64url } from './base64.ts'
import { equalBytes } from './constant-time.ts'
import { decodeText, parseFields } from './envelope-fields.ts'
import type { EnvelopeFormat, Opened, RandomBytes, SealedEnvelope } from './envelope-format.ts'
import { decryptFailed } from './errors.ts'
import { saltedMethod } from './passphrase.ts'
import type { SessionKeys } from './session-keys.ts'
import { nonceLength, type Suite, type SuiteName, tagLength } from './suite.ts'
import { xaes } from './xaes.ts'
import { xchacha } from './xchacha.ts'

/*
 * The envelope, version 3, is one line of JSON:
 *
 *   {"__enc__":3,"alg":"XC20P","kid":"2026-01","payload":"<base64url>"}
 *
 * with "kdf":"scrypt-17-8-1" before the payload where the key is a passphrase, or "kdf":"scrypt-17-8-1-salted" where that has a salt
 * of its own. The payload is base64url without padding (RFC 4648, section 5) of
 *
 *   offset  bytes  what
 *        0      6  when it was written: milliseconds since the Unix epoch, unsigned, big-endian
 *        6     24  nonce, random
 *       30     32  commitment to the key
 *       62      n  ciphertext
 *   62 + n     16  tag (RFC 8439, section 2.8; NIST SP 800-38D)
 *
 * and the associated data, which the tag covers with the ciphertext and which is not stored, is
 *
 *   "sessions/encrypted/v3", then alg, kid, kdf (empty without one) and the session id, each as UTF-8 after its length in bytes
 *   (2 bytes, big-endian), then the 6 bytes of the time
 *
 * The key is HKDF-SHA256 (RFC 5869) of the key that `kid` names, salt: the session id, info: "sessions/encrypted/v3/" and alg. The
 * commitment is HKDF-SHA256 of the same, without a salt, info: "sessions/encrypted/v3/commitment": the ciphers would let who knows
 * two keys make a text that opens under both, in two ways; nobody can make one commitment of two keys. It is compared before anything
 * is decrypted, in a time that does not depend on where it differs.
 *
 * Version 2 is the same without a commitment, with "v2" in the place of "v3". It is read, and not written any more.
 */
const version = 3
const unCommitted = 2
const timeLength = 6
const headerLength = timeLength + nonceLength
const commitmentLength = 32

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
      const sealed = suite.seal(
        keyFor(suite, keys, version),
        nonce,
        associatedData(suite, keys, version, time),
        plaintext,
      )
      const write = (bytes: Uint8Array): string =>
        writeEnvelope(suite, keys, concatBytes(time, nonce, keys.commitment, bytes))
      return sealed instanceof Uint8Array ? write(sealed) : sealed.then(write)
    },

    parse(record) {
      const fields = parseFields(
        record,
        [version, unCommitted],
        { alg: 'string', kid: 'string', payload: 'string' },
        { kdf: 'string' },
      )
      if (fields === undefined) return undefined
      const { alg, kid, kdf, payload } = fields as unknown as Fields
      if (!Object.hasOwn(suites, alg))
        throw decryptFailed('its envelope names a cipher that this version does not know')
      if (!keyIdPattern.test(kid)) throw decryptFailed('its envelope is malformed')
      const bytes = fromBase64(payload)
      const start = fields.version === version ? headerLength + commitmentLength : headerLength
      if (bytes === undefined || bytes.length < start + tagLength) {
        throw decryptFailed('its payload is cut off or malformed')
      }
      return sealedEnvelope(suites[alg as SuiteName], fields.version as number, kid, kdf, bytes)
    },
  }
}

interface Fields {
  alg: string
  kid: string
  kdf?: string
  payload: string
}

function sealedEnvelope(
  suite: Suite,
  found: number,
  keyId: string,
  method: string | undefined,
  bytes: Uint8Array,
): SealedEnvelope {
  const commits = found === version
  const start = commits ? headerLength + commitmentLength : headerLength
  const time = bytes.subarray(0, timeLength)
  const nonce = bytes.subarray(timeLength, headerLength)
  const finish = (plaintext: Uint8Array | undefined): Opened | undefined => {
    const text = plaintext && decodeText(plaintext)
    if (text === undefined) return undefined
    const opened = { text, keyId, nonce: toBase64url(nonce), written: decodeTime(time), precision: 0 }
    return commits ? opened : { ...opened, outdated: true }
  }
  return {
    keyId,
    problem: commits
      ? 'it was altered, or belongs to another session: the key is the one that it was made with'
      : 'the key is another one, or the record was altered or belongs to another session',
    open(keys) {
      // The method decides on the key; one that somebody wrote into the envelope must not cost a derivation.
      if (keys.method !== method) throw decryptFailed(`its key ${JSON.stringify(keyId)} was ${made(method)}`)
      if (commits && !equalBytes(bytes.subarray(headerLength, start), keys.commitment)) {
        throw decryptFailed(`the key is another one: not the one that is given as ${JSON.stringify(keyId)}`)
      }
      const data = associatedData(suite, keys, found, time)
      const plaintext = suite.open(keyFor(suite, keys, found), nonce, data, bytes.subarray(start))
      return plaintext instanceof Promise ? plaintext.then(finish) : finish(plaintext)
    },
  }
}

function made(method: string | undefined): string {
  if (method === undefined) return 'one of 32 bytes, not a passphrase'
  if (method === saltedMethod) return 'made of a passphrase with a salt, as the key given here was not'
  return 'made of a passphrase, in another way than the key given here'
}

function keyFor(suite: Suite, keys: SessionKeys, of: number): Uint8Array {
  return keys.derive(`sessions/encrypted/v${of}/${suite.name}`)
}

function associatedData(suite: Suite, keys: SessionKeys, of: number, time: Uint8Array): Uint8Array {
  const name = `associated data of v${of}/${suite.name}`
  return concatBytes(
    keys.remembered(name, () => fixedData(suite, keys, of)),
    time,
  )
}

/** What all envelopes of a session have in common. The lengths keep apart what stands next to each other. */
function fixedData(suite: Suite, { keyId, method = '', sessionId }: SessionKeys, of: number): Uint8Array {
  const parts = [suite.name, keyId, method, sessionId].flatMap((text) => {
    const bytes = encoder.encode(text)
    return [Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes]
  })
  return concatBytes(encoder.encode(`sessions/encrypted/v${of}`), ...parts)
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
