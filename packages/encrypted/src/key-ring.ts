import { SessionError } from '@sessions/core'
import { keyUnknown } from './errors.ts'
import { type Key, type KeyMaterial, parseKey, parsePythonKey } from './key-material.ts'
import { deriveKey, passphraseMethod } from './passphrase.ts'
import { SessionKeys } from './session-keys.ts'

/** Gives a key by its id, such as out of a KMS. */
export type KeyProvider = (keyId: string) => Key | Promise<Key>

/** A key with the name that envelopes know it by. */
export interface KeyEntry {
  /** 1 to 128 of `A-Z a-z 0-9 . _ : / @ = + -`. It stands in every envelope, unencrypted, and never means another key. */
  id: string
  key: Key | KeyProvider
}

/** A key that is ready for use. */
interface MasterKey {
  bytes: Uint8Array
  method: string | undefined
}

/** How many sessions' keys are kept; those that were derived first go first. */
const maxSessions = 1_000

/** The keys of one store: each had from its provider or stretched once, and wiped on close. */
export class KeyRing {
  /** The first one encrypts. */
  readonly keyIds: readonly string[]
  readonly #parse: typeof parseKey
  readonly #sources: Map<string, KeyMaterial | KeyProvider>
  readonly #masters = new Map<string, Promise<MasterKey>>()
  readonly #ready = new Map<string, MasterKey>()
  readonly #sessions = new Map<string, Map<string, SessionKeys>>()
  #closed = false

  /** @throws TypeError that names the entry, and never holds any of the key */
  constructor(entries: readonly KeyEntry[], format: 'sessions' | 'python') {
    this.#parse = format === 'python' ? parsePythonKey : parseKey
    this.keyIds = entries.map(({ id }) => id)
    this.#sources = new Map(
      entries.map(({ id, key }) => {
        const source = typeof key === 'function' ? key : this.#parse(key, `The key ${JSON.stringify(id)}`)
        return [id, source]
      }),
    )
  }

  get currentId(): string {
    return this.keyIds[0] as string
  }

  /**
   * The keys of a session under one key id; a promise where the key is still to be had.
   * @throws SESSION_KEY_UNKNOWN where there is none
   */
  forSession(keyId: string, sessionId: string): SessionKeys | Promise<SessionKeys> {
    const known = this.#sessions.get(sessionId)?.get(keyId)
    if (known !== undefined) return known
    const master = this.#ready.get(keyId)
    if (master !== undefined) return this.#derive(keyId, sessionId, master)
    return this.#master(keyId).then((key) => this.#derive(keyId, sessionId, key))
  }

  /** Overwrites the keys in the buffers that are ours. Texts and buffers of the caller's stay as they are. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#masters.values())
    for (const { bytes } of this.#ready.values()) bytes.fill(0)
    for (const source of this.#sources.values()) if ('bytes' in source) source.bytes.fill(0)
    for (const keys of this.#sessions.values()) for (const key of keys.values()) key.wipe()
    this.#sources.clear()
    this.#masters.clear()
    this.#ready.clear()
    this.#sessions.clear()
  }

  #derive(keyId: string, sessionId: string, { bytes, method }: MasterKey): SessionKeys {
    if (this.#closed) throw new Error('A key was asked for after the ring was closed.')
    const keys = new SessionKeys(keyId, method, sessionId, bytes)
    const ofSession = this.#sessions.get(sessionId) ?? new Map<string, SessionKeys>()
    ofSession.set(keyId, keys)
    this.#sessions.set(sessionId, ofSession)
    // Calls under way may still hold what is dropped here, so it is left to the collector, not wiped.
    if (this.#sessions.size > maxSessions) this.#sessions.delete(this.#sessions.keys().next().value as string)
    return keys
  }

  /** One request at a time for each key id; after a failure the next one asks again. */
  #master(keyId: string): Promise<MasterKey> {
    const pending = this.#masters.get(keyId) ?? this.#obtain(keyId)
    this.#masters.set(keyId, pending)
    return pending
  }

  async #obtain(keyId: string): Promise<MasterKey> {
    try {
      const master = await this.#read(keyId)
      this.#ready.set(keyId, master)
      return master
    } catch (error) {
      this.#masters.delete(keyId)
      throw error
    }
  }

  async #read(keyId: string): Promise<MasterKey> {
    const source = this.#sources.get(keyId)
    if (source === undefined) throw keyUnknown(`there is no key ${JSON.stringify(keyId)} among the keys`)
    const material = typeof source === 'function' ? await this.#ask(source, keyId) : source
    if ('bytes' in material) return { bytes: material.bytes, method: undefined }
    return { bytes: await deriveKey(material.passphrase, keyId), method: passphraseMethod }
  }

  /** An error of a provider may quote the key, so only its name is passed on. */
  async #ask(provider: KeyProvider, keyId: string): Promise<KeyMaterial> {
    let key: Key
    try {
      key = await provider(keyId)
    } catch (error) {
      const name = error instanceof Error ? error.name : 'an error'
      const reason = `The provider of the key ${JSON.stringify(keyId)} failed (${name}). Nothing was done`
      throw new SessionError('SESSION_UNAVAILABLE', reason)
    }
    try {
      return this.#parse(key, `what the provider gave for ${JSON.stringify(keyId)}`)
    } catch (error) {
      if (error instanceof TypeError) throw keyUnknown(error.message.replace(/\.$/, ''))
      throw error
    }
  }
}
