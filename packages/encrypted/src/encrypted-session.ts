import {
  type AgentInputItem,
  assertOptions,
  type OptionTypes,
  Session,
  type StoredSession,
  type StoredSessionOptions,
} from '@sessions/core'
import { EncryptedStore } from './encrypted-store.ts'
import { ForeignStore } from './foreign-store.ts'
import { type EncryptionOptions, encryptionTypes } from './options.ts'
import { checkUnderlying, type ForeignSession, partsBeneath, type UnderlyingSession } from './underlying-session.ts'

/** The session to encrypt, and how. */
export interface EncryptedSessionOptions extends EncryptionOptions {
  /** Where the envelopes are kept: a session of ours, the SDK's or anybody's. It stays open when this one is closed. */
  underlyingSession: UnderlyingSession
  /** What the envelopes are bound to. Default: the `sessionId` of the underlying session. */
  sessionId?: string
  /** What a read does with an item that cannot be decrypted or decoded. Default: that of the underlying session, else `throw`. */
  onCorrupt?: 'throw' | 'skip'
  /** Whether `close()` closes the underlying session too. Default: false. */
  ownsSession?: boolean
}

const types: OptionTypes = {
  underlyingSession: 'object',
  sessionId: 'string',
  onCorrupt: 'string',
  ownsSession: 'boolean',
  ...encryptionTypes,
}

type OptionalName =
  | 'applyHistoryTransaction'
  | 'applyHistoryMutations'
  | 'replaceHistoryWithCompaction'
  | 'info'
  | 'setMetadata'
  | 'items'
  | 'delete'

type Optional<TItem extends object> = Partial<Pick<StoredSession<TItem>, OptionalName>>

/** What a foreign session must have for an optional method to be offered. It sees no function calls in envelopes. */
const needs: Partial<Record<OptionalName, readonly (keyof ForeignSession)[]>> = {
  applyHistoryTransaction: ['applyHistoryTransaction'],
  applyHistoryMutations: ['applyHistoryMutations', 'applyHistoryTransaction'],
  replaceHistoryWithCompaction: ['replaceHistoryWithCompaction'],
}

/**
 * A session whose items are encrypted: `new EncryptedSession({ underlyingSession, encryptionKey, ttl: 600 })`.
 *
 * Around a session of ours it encrypts the records of its store and offers all that it offers. Around anybody's it keeps envelopes
 * as items and offers what that session does. The SDK finds optional methods by their presence, so they are there or not.
 *
 * Calls reject with `SESSION_DECRYPT_FAILED`, `SESSION_KEY_UNKNOWN`, `SESSION_PLAINTEXT_REFUSED` or `SESSION_REPLAYED` where a
 * record is not what this session wrote, and remove nothing then.
 */
export class EncryptedSession<TItem extends object = AgentInputItem> extends Session<TItem> implements Optional<TItem> {
  declare readonly applyHistoryTransaction?: StoredSession<TItem>['applyHistoryTransaction']
  declare readonly applyHistoryMutations?: StoredSession<TItem>['applyHistoryMutations']
  declare readonly replaceHistoryWithCompaction?: StoredSession<TItem>['replaceHistoryWithCompaction']
  declare readonly info?: StoredSession<TItem>['info']
  declare readonly setMetadata?: StoredSession<TItem>['setMetadata']
  declare readonly items?: StoredSession<TItem>['items']
  declare readonly delete?: StoredSession<TItem>['delete']
  readonly #store: EncryptedStore
  readonly #session: StoredSession<TItem>
  readonly #owned: UnderlyingSession | undefined

  /** Does no I/O. @throws TypeError or RangeError that names the option, and never holds any of a key */
  constructor(options: EncryptedSessionOptions) {
    assertOptions('EncryptedSession', options, types, ['underlyingSession'])
    const { underlyingSession, sessionId, onCorrupt, ownsSession = false, ...encryption } = options
    checkUnderlying(underlyingSession)
    const parts = partsBeneath<TItem>(underlyingSession)
    super(checkSessionId(underlyingSession, sessionId, parts !== undefined))
    this.#owned = ownsSession ? underlyingSession : undefined
    const store = parts?.store ?? new ForeignStore(underlyingSession)
    this.#store = new EncryptedStore({ store, ...encryption })
    const session: StoredSessionOptions<TItem> = { onCorrupt: onCorrupt ?? parts?.onCorrupt ?? 'throw' }
    if (parts !== undefined) session.codec = parts.codec
    this.#session = this.#store.session(this.sessionId, session)
    this.#offer(parts === undefined ? underlyingSession : undefined)
  }

  /** Encrypts again, under the first key, what is under others, in one atomic write. Resolves to the number of items. */
  async rotateKeys(): Promise<number> {
    return (await this.#store.rotateKeys({ sessionId: this.sessionId })).items
  }

  /** Encrypts what is not encrypted yet, likewise. @throws TypeError without `allowPlaintext: true` */
  async encryptExisting(): Promise<number> {
    return (await this.#store.encryptExisting({ sessionId: this.sessionId })).items
  }

  /** Removes the items that the ttl has ended, likewise. They are gone from every read already. */
  async purgeExpired(): Promise<number> {
    return (await this.#store.purgeItems({ sessionId: this.sessionId })).items
  }

  protected _getItems(limit: number | undefined): Promise<TItem[]> {
    return this.#session.getItems(limit)
  }

  protected _addItems(items: readonly TItem[]): Promise<void> {
    return this.#session.addItems(items)
  }

  protected _popItem(): Promise<TItem | undefined> {
    return this.#session.popItem()
  }

  protected _clearSession(): Promise<void> {
    return this.#session.clearSession()
  }

  protected override _assertOpen(): void {
    this.#store.records.assertOpen()
  }

  /** Wipes the keys. */
  protected override async _close(): Promise<void> {
    await this.#session.close()
    await this.#store.close()
    const { close } = (this.#owned ?? {}) as { close?: () => Promise<void> }
    await close?.call(this.#owned)
  }

  /** Adds the optional methods: those of a foreign session that can be kept, all where the store is ours. */
  #offer(foreign: ForeignSession | undefined): void {
    const session = this.#session
    const methods: Required<Optional<TItem>> = {
      applyHistoryTransaction: (args) => session.applyHistoryTransaction(args),
      applyHistoryMutations: (args) => session.applyHistoryMutations(args),
      replaceHistoryWithCompaction: (items) => session.replaceHistoryWithCompaction(items),
      info: () => session.info(),
      setMetadata: (patch) => session.setMetadata(patch),
      items: (options) => session.items(options),
      delete: () => session.delete(),
    }
    for (const [name, value] of Object.entries(methods)) {
      const needed = needs[name as OptionalName]
      const kept = foreign === undefined || needed?.every((method) => typeof foreign[method] === 'function')
      if (kept) Object.defineProperty(this, name, { value })
    }
  }
}

/** @throws TypeError where there is none, or where it is not the one under which the records of ours are stored */
function checkSessionId(underlying: object, given: string | undefined, isOurs: boolean): string {
  const { sessionId: own } = underlying as { sessionId?: unknown }
  if (given === undefined && typeof own !== 'string')
    throw new TypeError('EncryptedSession needs the option sessionId.')
  if (isOurs && given !== undefined && given !== own) {
    throw new TypeError('sessionId is not that of the underlying session; leave it out.')
  }
  return given ?? (own as string)
}
