import { expand, extract } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'

const encoder = new TextEncoder()

/** What one key gives for one session: a key of its own for each use, each derived once. */
export class SessionKeys {
  readonly keyId: string
  /** How the key was made of a passphrase; absent for a key of 32 bytes. */
  readonly method: string | undefined
  readonly sessionId: string
  readonly #pseudorandomKey: Uint8Array
  readonly #derived = new Map<string, Uint8Array>()
  #wiped = false

  constructor(keyId: string, method: string | undefined, sessionId: string, key: Uint8Array) {
    this.keyId = keyId
    this.method = method
    this.sessionId = sessionId
    // RFC 5869, section 2.2: extract, with the session id as salt.
    this.#pseudorandomKey = extract(sha256, key, encoder.encode(sessionId))
  }

  /** 32 bytes for what `info` names. */
  derive(info: string): Uint8Array {
    if (this.#wiped) throw new Error('Keys were used after they had been wiped.')
    let key = this.#derived.get(info)
    if (key === undefined) {
      // RFC 5869, section 2.3: expand.
      key = expand(sha256, this.#pseudorandomKey, encoder.encode(info), 32)
      this.#derived.set(info, key)
    }
    return key
  }

  /** A keyed digest: what a store may keep of a text without telling anybody what it was. */
  fingerprint(text: string): string {
    const digest = hmac(sha256, this.derive('sessions/encrypted/v2/fingerprint'), encoder.encode(text))
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  wipe(): void {
    this.#wiped = true
    for (const key of [this.#pseudorandomKey, ...this.#derived.values()]) key.fill(0)
  }
}
