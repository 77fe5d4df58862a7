import { scryptAsync } from '@noble/hashes/scrypt.js'
import { sha256 } from '@noble/hashes/sha2.js'

/**
 * How a passphrase becomes a key, as the envelope names it: scrypt (RFC 7914) with N = 2^17, r = 8, p = 1, which OWASP's password
 * storage cheat sheet asks for. It takes 128 MiB and about half a second, once for a key id and passphrase in a process.
 *
 * An envelope may ask for nothing else, so that nobody who writes to the database can make readers burn time or memory. Other
 * parameters, one day, are another name here.
 */
export const passphraseMethod = 'scrypt-17-8-1'
/** The same with a salt of the deployment's own. */
export const saltedMethod = 'scrypt-17-8-1-salted'

const parameters = { N: 2 ** 17, r: 8, p: 1, dkLen: 32 }
/** Bytes; the default of the library is just too small for these parameters. */
const maxmem = 2 ** 28

const encoder = new TextEncoder()
const derived = new Map<string, Promise<Uint8Array>>()

/**
 * The key of a passphrase, as a copy. Without a salt of the deployment's own, the key id is the salt: all that an envelope tells of it. The process keeps it, and a digest of the passphrase, as long as it lives: sessions come and
 * go with every request. The event loop goes on meanwhile.
 */
export async function deriveKey(passphrase: string, keyId: string, own?: Uint8Array): Promise<Uint8Array> {
  const secret = encoder.encode(passphrase.normalize('NFC'))
  const salt = own === undefined ? encoder.encode(`sessions/encrypted/scrypt/${keyId}`) : saltOf(keyId, own)
  const name = `${sha256(salt).join()} ${sha256(secret).join()}`
  const pending = derived.get(name) ?? scryptAsync(secret, salt, { ...parameters, maxmem })
  derived.set(name, pending)
  try {
    return new Uint8Array(await pending)
  } catch (error) {
    derived.delete(name)
    throw error
  } finally {
    secret.fill(0)
  }
}

/** With the key id, so that one passphrase under two ids gives two keys; no key id has a NUL. */
function saltOf(keyId: string, own: Uint8Array): Uint8Array {
  const before = encoder.encode(`sessions/encrypted/scrypt-salted/${keyId}\0`)
  const salt = new Uint8Array(before.length + own.length)
  salt.set(before)
  salt.set(own, before.length)
  return salt
}
