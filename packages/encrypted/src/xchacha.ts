import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import type { Suite } from './suite.ts'

/** AEAD_XChaCha20_Poly1305 (draft-irtf-cfrg-xchacha-03, section 2), on ChaCha20-Poly1305 (RFC 8439, section 2.8). In one go. */
export const xchacha: Suite = {
  name: 'XC20P',
  seal: (key, nonce, data, plaintext) => xchacha20poly1305(key, nonce, data).encrypt(plaintext),
  open(key, nonce, data, ciphertext) {
    try {
      return xchacha20poly1305(key, nonce, data).decrypt(ciphertext)
    } catch (error) {
      if (error instanceof Error && error.message === 'invalid tag') return undefined
      throw error
    }
  },
}
