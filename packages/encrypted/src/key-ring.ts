import { type Clock, SessionError } from '@sessions/core'
import { keyUnknown } from './errors.ts'
import { type Key, type KeyMaterial, parseKey, parsePythonKey } from './key-material.ts'
import { deriveKey, passphraseMethod, saltedMethod } from './passphrase.ts'
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
  /** When it is to be had anew, in milliseconds; `Infinity` for one that no provider gave. */
  endsAt: number
}

/** How long what a provider gave is used. */
export interface KeyLifetime {
  ms: number
  clock: Clock
}

/** Milliseconds that a provider has for its answer once the store is being closed. */
const closingGraceMs = 1_000

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
  readonly #lifetime: KeyLifetime | undefined
  /** Rejects, with this error, when no answer is waited for any more. */
  readonly #givenUp: Promise<never>
  readonly #tooLate = new SessionError(
    'SESSION_CLOSED',
    'The store was closed while the provider of its key had not answered. Nothing was done',
  )
  #giveUpNow: () => void = () => {}
  #generation = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #closed = false

  /** @throws TypeError that names the entry, and never holds any of the key */
  constructor(entries: readonly KeyEntry[], format: 'sessions' | 'python', lifetime?: KeyLifetime) {
    this.#lifetime = lifetime
    this.#givenUp = new Promise((_, reject) => {
      this.#giveUpNow = () => reject(this.#tooLate)
    })
    // Whoever waits for an answer hears of it; where nobody does, nothing is amiss.
    this.#givenUp.catch(() => {})
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

  /** Grows whenever a key is forgotten whose lifetime is over. */
  get generation(): number {
    for (const [keyId, master] of this.#ready) if (this.#isOver(master)) this.#forget(keyId, master)
    return this.#generation
  }

  /**
   * The keys of a session under one key id; a promise where the key is still to be had.
   * @throws SESSION_KEY_UNKNOWN where there is none
   */
  forSession(keyId: string, sessionId: string): SessionKeys | Promise<SessionKeys> {
    const master = this.#ready.get(keyId)
    if (master !== undefined && this.#isOver(master)) {
      this.#forget(keyId, master)
      return this.forSession(keyId, sessionId)
    }
    const known = this.#sessions.get(sessionId)?.get(keyId)
    if (known !== undefined) return known
    if (master !== undefined) return this.#derive(keyId, sessionId, master)
    return this.#master(keyId).then((key) => this.#derive(keyId, sessionId, key))
  }

  /** No answer of a provider is waited for any longer than a second from now on. */
  giveUp(): void {
    this.#timer ??= setTimeout(this.#giveUpNow, closingGraceMs)
  }

  /** Overwrites the keys in the buffers that are ours. Texts and buffers of the caller's stay as they are. */
  async close(): Promise<void> {
    this.#closed = true
    this.giveUp()
    await Promise.allSettled(this.#masters.values())
    clearTimeout(this.#timer)
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

  #isOver({ endsAt }: MasterKey): boolean {
    return this.#lifetime !== undefined && this.#lifetime.clock.now() >= endsAt
  }

  /** Overwrites the key, of which every use has a copy; keys derived from it are left to the calls that hold them. */
  #forget(keyId: string, { bytes }: MasterKey): void {
    bytes.fill(0)
    this.#generation++
    this.#ready.delete(keyId)
    this.#masters.delete(keyId)
    for (const keys of this.#sessions.values()) keys.delete(keyId)
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
    const asked = typeof source === 'function'
    const material = asked ? await this.#ask(source, keyId) : source
    const lifetime = asked ? this.#lifetime : undefined
    const endsAt = lifetime === undefined ? Infinity : lifetime.clock.now() + lifetime.ms
    if ('bytes' in material) return { bytes: material.bytes, method: undefined, endsAt }
    const { passphrase, salt } = material
    const method = salt === undefined ? passphraseMethod : saltedMethod
    return { bytes: await deriveKey(passphrase, keyId, salt), method, endsAt }
  }

  /** An error of a provider may quote the key, so only its name is passed on. */
  async #ask(provider: KeyProvider, keyId: string): Promise<KeyMaterial> {
    let key: Key
    try {
      key = await Promise.race([provider(keyId), this.#givenUp])
    } catch (error) {
      if (error === this.#tooLate) throw error
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
