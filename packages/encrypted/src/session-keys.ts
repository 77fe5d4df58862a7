import { expand, extract } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js'

const encoder = new TextEncoder()

/** What one key gives for one session: a key of its own for each use, each derived once. */
export class SessionKeys {
  readonly keyId: string
  /** How the key was made of a passphrase; absent for a key of 32 bytes. */
  readonly method: string | undefined
  readonly sessionId: string
  /** What tells this key from every other one, whatever the session: 32 bytes that nobody can make without it. */
  readonly commitment: Uint8Array
  readonly #pseudorandomKey: Uint8Array
  readonly #derived = new Map<string, Uint8Array>()
  readonly #remembered = new Map<string, Uint8Array>()
  #wiped = false

  constructor(keyId: string, method: string | undefined, sessionId: string, key: Uint8Array) {
    this.keyId = keyId
    this.method = method
    this.sessionId = sessionId
    // RFC 5869, section 2.2: extract, with the session id as salt.
    this.#pseudorandomKey = extract(sha256, key, encoder.encode(sessionId))
    this.commitment = expand(sha256, extract(sha256, key), encoder.encode('sessions/encrypted/v3/commitment'), 32)
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

  /** Bytes that say nothing of a key, made once. */
  remembered(name: string, make: () => Uint8Array): Uint8Array {
    const bytes = this.#remembered.get(name) ?? make()
    this.#remembered.set(name, bytes)
    return bytes
  }

  /**
   * Keyed digests: what a store may keep of an operation without telling anybody what it was, or which other one is equal. First the
   * one that is written, then the one of version 2, which had no operation id in it.
   */
  fingerprints(operationId: string, text: string): string[] {
    const id = encoder.encode(operationId)
    const length = Uint8Array.of(id.length >> 8, id.length & 0xff)
    return [
      this.#digest('sessions/encrypted/v3/fingerprint', concatBytes(length, id, encoder.encode(text))),
      this.#digest('sessions/encrypted/v2/fingerprint', encoder.encode(text)),
    ]
  }

  wipe(): void {
    this.#wiped = true
    for (const key of [this.#pseudorandomKey, ...this.#derived.values()]) key.fill(0)
  }

  #digest(info: string, bytes: Uint8Array): string {
    return bytesToHex(hmac(sha256, this.derive(info), bytes))
  }
}
