import { cmac } from '@noble/ciphers/aes.js'
import type { Suite } from './suite.ts'

/**
 * XAES-256-GCM (https://c2sp.org/XAES-256-GCM): AES-256-GCM with a key for each message, derived from the first half of a
 * 24-byte nonce, so that nonces may be drawn at random without a limit that anybody reaches; a random 12-byte nonce under one key
 * may be used 2^32 times only (NIST SP 800-38D, section 8.3). The bulk is done by the platform's Web Crypto.
 */
export const xaes: Suite = {
  name: 'XA256GCM',
  async seal(key, nonce, data, plaintext) {
    const messageKey = await importKey(key, nonce, 'encrypt')
    return new Uint8Array(await crypto.subtle.encrypt(parameters(nonce, data), messageKey, own(plaintext)))
  },
  async open(key, nonce, data, ciphertext) {
    const messageKey = await importKey(key, nonce, 'decrypt')
    try {
      return new Uint8Array(await crypto.subtle.decrypt(parameters(nonce, data), messageKey, own(ciphertext)))
    } catch (error) {
      // Web Cryptography, section 29.4.2: what it throws where the tag does not match.
      if (error instanceof DOMException && error.name === 'OperationError') return undefined
      throw error
    }
  },
}

async function importKey(key: Uint8Array, nonce: Uint8Array, usage: 'encrypt' | 'decrypt') {
  const derived = deriveMessageKey(key, nonce)
  try {
    return await crypto.subtle.importKey('raw', own(derived), 'AES-GCM', false, [usage])
  } finally {
    derived.fill(0)
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

/** Step 6: the last 12 bytes of the nonce are AES-GCM's. */
function parameters(nonce: Uint8Array, data: Uint8Array) {
  return { name: 'AES-GCM', iv: own(nonce.subarray(12)), additionalData: own(data), tagLength: 128 }
}

/** None of ours is shared memory, which Web Crypto does not take; the type says so. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}
