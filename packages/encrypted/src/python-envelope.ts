import { decodeText, parseFields, pythonVersion } from './envelope-fields.ts'
import type { EnvelopeFormat, RandomBytes } from './envelope-format.ts'
import { decryptFailed } from './errors.ts'
import { fernetOpen, fernetParse, fernetSeal, ivLength } from './fernet.ts'
import type { SessionKeys } from './session-keys.ts'

/** Python calls every key by this name, so that each key must be tried. */
const keyName = 'hkdf-v1'
/** The info of its HKDF-SHA256 (RFC 5869), whose salt is the session id. */
const info = 'agents.session-store.hkdf.v1'
const encoder = new TextEncoder()

/**
 * The envelope of `EncryptedSession` in the Agents SDK for Python: `{"__enc__":1,"v":1,"kid":"hkdf-v1","payload":"<Fernet>"}`.
 * Weaker than ours: 128-bit keys, and nothing but the key, which is the session's own, binds it to its place.
 */
export function createPythonFormat(random: RandomBytes): EnvelopeFormat {
  return {
    idProblem: pythonIdProblem,

    seal(text, written, keys) {
      const payload = fernetSeal(fernetKey(keys), Math.floor(written / 1000), random(ivLength), encoder.encode(text))
      return JSON.stringify({ __enc__: 1, v: 1, kid: keyName, payload })
    },

    parse(record) {
      const fields = parseFields(record, [pythonVersion], { v: 'number', kid: 'string', payload: 'string' })
      if (fields === undefined) return undefined
      if (fields.v !== 1 || fields.kid !== keyName)
        throw decryptFailed('its envelope is not of the version that is known')
      const payload = fields.payload as string
      const token = fernetParse(payload)
      if (token === undefined) throw decryptFailed('its payload is cut off or malformed')
      return {
        problem: 'the key is another one, or the record was altered or belongs to another session',
        open(keys) {
          const opened = fernetOpen(fernetKey(keys), token)
          if (opened === undefined) return undefined
          const { seconds, plaintext } = opened
          const text = decodeText(plaintext)
          if (text === undefined) return undefined
          // The HMAC at the end covers the IV and the text, and differs where either does.
          const nonce = payload.slice(-44)
          return { text, keyId: keys.keyId, nonce, written: seconds * 1000, precision: 1000 }
        },
      }
    },
  }
}

function fernetKey(keys: SessionKeys): Uint8Array {
  return keys.derive(info)
}

/** Bytes: HMAC (RFC 2104, section 2) hashes a longer key first, and that hash is an id of its own, with the same keys. */
const maxIdLength = 64

function pythonIdProblem(sessionId: string): string | undefined {
  if (encoder.encode(sessionId).length <= maxIdLength) return undefined
  return `A session id has at most ${maxIdLength} bytes with format: 'python': the keys of a longer one could be another session's.`
}
