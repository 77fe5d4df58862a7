import { concatBytes } from '@noble/hashes/utils.js'
import { builtin } from './platform.ts'
import { tagLength } from './suite.ts'

/** AES-256-GCM (NIST SP 800-38D) with a nonce of 12 bytes, and a tag of 16 at the end of the ciphertext. */
export interface AesGcm {
  seal(key: Uint8Array, nonce: Uint8Array, data: Uint8Array, text: Uint8Array): Uint8Array | Promise<Uint8Array>
  /** `undefined` where the tag is another one. */
  open(key: Uint8Array, nonce: Uint8Array, data: Uint8Array, sealed: Uint8Array): Opening | Promise<Opening>
}

type Opening = Uint8Array | undefined

/** The Web Cryptography API, which every platform has. It takes some 50 µs for a message, of whatever size. */
export const webAesGcm: AesGcm = {
  async seal(key, nonce, data, text) {
    const imported = await crypto.subtle.importKey('raw', own(key), 'AES-GCM', false, ['encrypt'])
    return new Uint8Array(await crypto.subtle.encrypt(parameters(nonce, data), imported, own(text)))
  },
  async open(key, nonce, data, sealed) {
    const imported = await crypto.subtle.importKey('raw', own(key), 'AES-GCM', false, ['decrypt'])
    try {
      return new Uint8Array(await crypto.subtle.decrypt(parameters(nonce, data), imported, own(sealed)))
    } catch (error) {
      // Web Cryptography, section 29.4.2: what it throws where the tag does not match.
      if (error instanceof DOMException && error.name === 'OperationError') return undefined
      throw error
    }
  },
}

const nodeCrypto = builtin('node:crypto')

/** That of `node:crypto`, at once; `undefined` where there is none. */
export const nodeAesGcm: AesGcm | undefined = nodeCrypto && {
  seal(key, nonce, data, text) {
    const cipher = nodeCrypto.createCipheriv('aes-256-gcm', key, nonce).setAAD(data)
    return concatBytes(cipher.update(text), cipher.final(), cipher.getAuthTag())
  },
  open(key, nonce, data, sealed) {
    const options = { authTagLength: tagLength }
    const decipher = nodeCrypto.createDecipheriv('aes-256-gcm', key, nonce, options).setAAD(data)
    const text = decipher.setAuthTag(sealed.subarray(-tagLength)).update(sealed.subarray(0, -tagLength))
    try {
      decipher.final()
      return text
    } catch {
      // It has no code. In this mode it has nothing left to do but to compare the tag.
      text.fill(0)
      return undefined
    }
  },
}

export const aesGcm: AesGcm = nodeAesGcm ?? webAesGcm

function parameters(nonce: Uint8Array, data: Uint8Array) {
  return { name: 'AES-GCM', iv: own(nonce), additionalData: own(data), tagLength: tagLength * 8 }
}

/** None of ours is shared memory, which Web Crypto does not take; the type says so. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}
