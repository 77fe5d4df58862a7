import {
  type AgentInputItem,
  assertOptions,
  type OptionTypes,
  partsOf,
  type StoredSessionOptions,
} from '@sessions/core'
import { EncryptedStore, type EncryptedStoreOptions, giveUpKeys } from './encrypted-store.ts'
import { ForeignStore } from './foreign-store.ts'
import type { UnreadableRecord } from './maintainer.ts'
import { boundTo, type EncryptionOptions, encryptionTypes } from './options.ts'
import type { RemoveUnreadableOptions, SweepOptions } from './sweep.ts'
import type { EncryptExistingOptions } from './takeover.ts'
import { checkUnderlying, partsBeneath, type UnderlyingSession } from './underlying-session.ts'
import { WrappingSession } from './wrapping-session.ts'

/** The session to encrypt, and how. */
export interface EncryptedSessionOptions extends EncryptionOptions {
  /** Where the envelopes are kept: a session of ours, the SDK's or anybody's. It stays open when this one is closed. */
  underlyingSession: UnderlyingSession
  /**
   * What the envelopes are bound to. Default: the `sessionId` of the underlying session. Around one of ours it is that, but with
   * `format: 'python'`, where Python's wrapper may have had a `session_id` of its own.
   */
  sessionId?: string
  /** What a read does with an item that cannot be decrypted or decoded. Default: that of the underlying session, else `throw`. */
  onCorrupt?: 'throw' | 'skip'
  /** How many of the newest items `getItems()` gives without a limit. Default: as many as the underlying session, else all. */
  limit?: number
  /** Whether `close()` closes the underlying session too. Default: false. */
  ownsSession?: boolean
}

const types: OptionTypes = {
  underlyingSession: 'object',
  sessionId: 'string',
  onCorrupt: 'string',
  limit: 'number',
  ownsSession: 'boolean',
  ...encryptionTypes,
}

/** Of a sweep over one session. */
type OneSession<O extends SweepOptions> = Omit<O, 'sessionId' | 'filter'>

/**
 * A session whose items are encrypted: `new EncryptedSession({ underlyingSession, encryptionKey, ttl: 600 })`.
 *
 * Around a session of ours it encrypts the records of its store and offers all that it offers. Around anybody's it keeps envelopes
 * as items and offers what that session does: the other methods are `undefined` there, as the SDK finds optional methods by asking
 * whether they are functions.
 *
 * Calls reject with `SESSION_DECRYPT_FAILED`, `SESSION_KEY_UNKNOWN`, `SESSION_PLAINTEXT_REFUSED` or `SESSION_REPLAYED` where a
 * record is not what this session wrote, and remove nothing then; with `SESSION_CLOCK_SKEW` where there is a ttl.
 *
 * @example
 * const underlyingSession = new MemorySession()
 * const encryptionKey = crypto.getRandomValues(new Uint8Array(32)) // keep it
 * const session = new EncryptedSession({ underlyingSession, encryptionKey })
 * await session.addItems([{ role: 'user', content: 'Hello' }])
 */
export class EncryptedSession<TItem extends object = AgentInputItem> extends WrappingSession<TItem> {
  readonly #store: EncryptedStore
  /** Under which id the items are stored. */
  readonly #storedId: string
  readonly #owned: UnderlyingSession | undefined

  /** Does no I/O. @throws TypeError or RangeError that names the option, and never holds any of a key */
  constructor(options: EncryptedSessionOptions) {
    assertOptions('EncryptedSession', options, types, ['underlyingSession'])
    const { underlyingSession, sessionId, onCorrupt, limit, ownsSession = false, ...encryption } = options
    checkUnderlying(underlyingSession)
    const parts = partsBeneath<TItem>(underlyingSession)
    const ids = checkSessionId(underlyingSession, sessionId, parts !== undefined && encryption.format !== 'python')
    const store = parts?.store ?? new ForeignStore(underlyingSession)
    const given: EncryptedStoreOptions = { store, ...encryption }
    const encrypted = new EncryptedStore(Object.assign(given, { [boundTo]: ids.bound }))
    const session: StoredSessionOptions<TItem> = { onCorrupt: onCorrupt ?? parts?.onCorrupt ?? 'throw' }
    if (parts !== undefined) session.codec = parts.codec
    const most = limit ?? partsOf(underlyingSession)?.limit
    if (most !== undefined) session.limit = most
    const storedId = parts === undefined ? ids.bound : (ids.stored ?? ids.bound)
    const foreign = parts === undefined ? underlyingSession : undefined
    super(ids.bound, encrypted.session(storedId, session), foreign)
    this.#store = encrypted
    this.#storedId = storedId
    this.#owned = ownsSession ? underlyingSession : undefined
  }

  /** As `EncryptedStore.rotateKeys`. Resolves to the number of items. */
  async rotateKeys(options: OneSession<SweepOptions> = {}): Promise<number> {
    return (await this.call('rotateKeys', () => this.#store.rotateKeys(this.#one(options)))).items
  }

  /** As `EncryptedStore.encryptExisting`. @throws TypeError without `allowPlaintext: true` or `from` */
  async encryptExisting(options: OneSession<EncryptExistingOptions> = {}): Promise<number> {
    return (await this.call('encryptExisting', () => this.#store.encryptExisting(this.#one(options)))).items
  }

  /** Removes the items that the ttl has ended, likewise. They are gone from every read already. */
  async purgeExpired(options: OneSession<SweepOptions> = {}): Promise<number> {
    return (await this.call('purgeExpired', () => this.#store.purgeItems(this.#one(options)))).items
  }

  /** As `EncryptedStore.removeUnreadable`. */
  async removeUnreadable(options: OneSession<RemoveUnreadableOptions> = {}): Promise<UnreadableRecord[]> {
    return await this.call('removeUnreadable', () => this.#store.removeUnreadable(this.#one(options)))
  }

  protected override _assertOpen(): void {
    this.#store.records.assertOpen()
  }

  protected override _closing(): void {
    giveUpKeys(this.#store)
  }

  /** Wipes the keys. */
  protected override async _close(): Promise<void> {
    await super._close()
    await this.#store.close()
    const { close } = (this.#owned ?? {}) as { close?: () => Promise<void> }
    await close?.call(this.#owned)
  }

  #one<O extends SweepOptions>(options: O): O & { sessionId: string } {
    assertOptions('EncryptedSession', options, {
      onProgress: 'object',
      signal: 'object',
      dryRun: 'boolean',
      from: 'object',
    })
    return { ...options, sessionId: this.#storedId }
  }
}

/**
 * What the envelopes are bound to, and under which id they are stored.
 * @throws TypeError where there is none, or where it is not the one under which the records are stored, and must be
 */
function checkSessionId(
  underlying: object,
  given: string | undefined,
  mustAgree: boolean,
): { bound: string; stored: string | undefined } {
  const { sessionId: own } = underlying as { sessionId?: unknown }
  const stored = typeof own === 'string' ? own : undefined
  const bound = given ?? stored
  if (bound === undefined) throw new TypeError('EncryptedSession needs the option sessionId.')
  if (mustAgree && bound !== stored) {
    throw new TypeError('sessionId is not that of the underlying session; leave it out.')
  }
  return { bound, stored }
}
