/**
 * An authenticated cipher with a 32-byte key, a 24-byte nonce that may be drawn at random for every message, and a 16-byte tag
 * at the end of the ciphertext. So one layout fits all.
 */
export interface Suite {
  /** What the envelope calls it. */
  readonly name: SuiteName
  seal(key: Uint8Array, nonce: Uint8Array, data: Uint8Array, plaintext: Uint8Array): Uint8Array | Promise<Uint8Array>
  /** `undefined` where the tag is not that of this key, nonce, associated data and ciphertext. */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    data: Uint8Array,
    ciphertext: Uint8Array,
  ): Uint8Array | undefined | Promise<Uint8Array | undefined>
}

export type SuiteName = 'XC20P' | 'XA256GCM'

export const nonceLength = 24
export const tagLength = 16
