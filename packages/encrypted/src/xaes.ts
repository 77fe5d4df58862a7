import { cmac } from '@noble/ciphers/aes.js'
import { type AesGcm, aesGcm } from './aes-gcm.ts'
import type { Suite } from './suite.ts'

/**
 * XAES-256-GCM (https://c2sp.org/XAES-256-GCM): AES-256-GCM with a key for each message, derived from the first half of a
 * 24-byte nonce, so that nonces may be drawn at random without a limit that anybody reaches; a random 12-byte nonce under one key
 * may be used 2^32 times only (NIST SP 800-38D, section 8.3). The bulk is the platform's.
 */
export function createXaes(gcm: AesGcm): Suite {
  return {
    name: 'XA256GCM',
    seal: (key, nonce, data, plaintext) =>
      withMessageKey(key, nonce, (messageKey, rest) => gcm.seal(messageKey, rest, data, plaintext)),
    open: (key, nonce, data, ciphertext) =>
      withMessageKey(key, nonce, (messageKey, rest) => gcm.open(messageKey, rest, data, ciphertext)),
  }
}

export const xaes: Suite = createXaes(aesGcm)

/** Step 6: the last 12 bytes of the nonce are AES-GCM's. The key is overwritten as soon as it has been used. */
function withMessageKey<T>(
  key: Uint8Array,
  nonce: Uint8Array,
  use: (messageKey: Uint8Array, rest: Uint8Array) => T | Promise<T>,
): T | Promise<T> {
  const messageKey = deriveMessageKey(key, nonce)
  const wipe = (): Uint8Array => messageKey.fill(0)
  try {
    const used = use(messageKey, nonce.subarray(12))
    if (used instanceof Promise) return used.finally(wipe)
    wipe()
    return used
  } catch (error) {
    wipe()
    throw error
  }
}

/** Steps 1 to 5 of XAES-256-GCM: NIST SP 800-108r1 in counter mode with CMAC, label `X`, the first 12 bytes of the nonce. */
function deriveMessageKey(key: Uint8Array, nonce: Uint8Array): Uint8Array {
  const derived = new Uint8Array(32)
  for (const counter of [1, 2]) {
    const block = new Uint8Array(16)
    // M1 = 0x00 0x01 'X' 0x00 N[:12], M2 = 0x00 0x02 'X' 0x00 N[:12]
    block.set([0, counter, 0x58, 0])
    block.set(nonce.subarray(0, 12), 4)
    derived.set(cmac(block, key), 16 * (counter - 1))
  }
  return derived
}
