import {
  type ChangeConditions,
  type CommitResult,
  type DeleteTarget,
  type EntryQuery,
  type ForkRequest,
  type ForkResult,
  type HistoryChange,
  type KeptOperation,
  type LeaseResult,
  type LeaseSwap,
  type LongCall,
  type Maintenance,
  type RecordEntryPage,
  type RecordPage,
  type RestoredSession,
  type RestoreResult,
  type SessionError,
  type SessionFilter,
  type SessionInfo,
  SessionStore,
  writes,
} from '@sessions/core'
import { Appends } from './appends.ts'
import { plainAppend, prepareCommit } from './changes.ts'
import type { Connection } from './connection.ts'
import { readEntries } from './entries.ts'
import { countErased, eraseSession } from './erase.ts'
import { toSessionError } from './errors.ts'
import { fork } from './fork.ts'
import { Keys, type SessionKeys } from './keys.ts'
import { leaseCall, toLease } from './leases.ts'
import { locate } from './locate.ts'
import { maintainCall, toMaintained } from './maintain.ts'
import { type Opened, openConnection } from './opened.ts'
import { checkStoreOptions, type RedisStoreOptions, type Settings } from './options.ts'
import { readPage, readRecords } from './reading.ts'
import { clearOnce, eraseOnce } from './resends.ts'
import { keptOperations, restoreAll } from './restore.ts'
import { createIndex, type SessionIndex, type Writer } from './session-index.ts'
import { readInfo, storedAs } from './session-infos.ts'
import { forgetOver, listStored, type StoredSessions } from './stored-sessions.ts'
import { Subscriber } from './subscriber.ts'

/**
 * Sessions in Redis, under the keys of the OpenAI Agents SDK for Python: on a single server, through Sentinel, or on a cluster. Every write is
 * one script, and so one round trip that nothing comes between. Stores on one url share the process's connection.
 * @example const store = new RedisStore({ url: 'redis://localhost:6379', ttl: 3600 })
 */
export class RedisStore extends SessionStore {
  readonly #settings: Settings
  readonly #keys: Keys
  #opened: Opened | undefined
  #index: SessionIndex | undefined
  #appends: Appends | undefined
  #subscriber: Subscriber | undefined

  /** Does no I/O. @throws TypeError or RangeError that names the option */
  constructor(options: RedisStoreOptions) {
    const settings = checkStoreOptions(options)
    super()
    this.#settings = settings
    this.#keys = new Keys(settings.keyPrefix, settings.cluster)
    // The keys of two sessions lie on two servers there, so the copy goes through this process. So it does where it may be sent twice.
    if (!settings.cluster && !settings.resends) this._fork = (request) => this.#fork(request)
  }

  protected override async _open(): Promise<void> {
    const { client, retries, waitForReplicas, ttlMs, times, notify, index, url = '' } = this.#settings
    if (notify) this.#subscriber = new Subscriber(client ?? { url, connectMs: this.#settings.busyTimeoutMs })
    this.#opened = await openConnection(this.#settings)
    if (index) this.#index = createIndex(this.#redis, this.#keys)
    const isPlain = retries === 0 && waitForReplicas === undefined && !times && !notify && !this.#settings.resends
    // On a cluster, the keys of several sessions lie on several servers.
    if (isPlain && !this.#keys.cluster) this.#appends = new Appends(this.#writer, ttlMs)
  }

  protected override async _close(): Promise<void> {
    this.#subscriber?.close()
    await this.#index?.settled()
    await this.#opened?.lease?.release()
  }

  protected override _mapError(error: unknown): SessionError | undefined {
    return toSessionError(error, false)
  }

  protected async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
    const keys = await this.#locate(sessionId)
    const { refreshTtlOnRead } = this.#settings
    const isCertain = this.#settings.isDefaultPrefix && !sessionId.includes(':')
    return readRecords(this.#redis, keys, { sessionId, limit, refreshTtlOnRead, isCertain })
  }

  /** No function that is async: one more promise is what an append of a thousand at once can do without. */
  protected _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    if (change.maintain !== undefined) return this.#maintain(sessionId, change.maintain)
    if (change.clear === true) return this.#clear(sessionId, change)
    const appends = this.#keys.isAmbiguous(sessionId) ? undefined : this.#appends
    const records = appends === undefined ? [] : plainAppend(change)
    if (appends === undefined || records.length === 0) return this.#commit(sessionId, change)
    return appends.add(sessionId, this.#keys.of(sessionId), records)
  }

  async #commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const redis = this.#redis
    const { ttlMs, operationMs, waitForReplicas, times } = this.#settings
    const keys = await this.#locate(sessionId)
    const { expectMetadata } = change
    const commit = prepareCommit(keys, sessionId, change, {
      ttlMs,
      operationMs,
      attemptWindowMs: redis.attemptWindowMs,
      resends: redis.resends,
      waitsForReplicas: waitForReplicas !== undefined,
      hasCounter: !this.#keys.cluster,
      times,
      channel: this.#channelOf(sessionId),
      lease: this.#leaseOf(sessionId),
      storedMetadata: expectMetadata && (await storedAs(redis, keys, expectMetadata)),
    })
    return this.#writer.write(commit.call, commit.repeatable, commit.result)
  }

  async #clear(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const clear = (part: HistoryChange): Promise<CommitResult> => {
      const commit = (each: HistoryChange): Promise<CommitResult> => this.#commit(sessionId, each)
      return this.#settings.resends ? clearOnce(part, (query) => this._entries(sessionId, query), commit) : commit(part)
    }
    const result = await clear(change)
    // Of an ambiguous id there may be one more, in another place.
    const isLast = result.status !== 'applied' || writes(change) || !this.#keys.isAmbiguous(sessionId)
    if (!isLast) await clear({ clear: true, ...(change.lease !== undefined && { lease: change.lease }) })
    return result
  }

  async #maintain(sessionId: string, change: Maintenance): Promise<CommitResult> {
    const call = maintainCall(await this.#locate(sessionId), sessionId, change, this.#channelOf(sessionId))
    return call === undefined ? { status: 'conflict' } : this.#writer.write(call, false, toMaintained)
  }

  protected override _supports(_condition: keyof ChangeConditions): boolean {
    return true
  }

  protected override async _entries(sessionId: string, query: EntryQuery): Promise<RecordEntryPage> {
    return readEntries(this.#redis, await this.#locate(sessionId), sessionId, query)
  }

  async #fork(request: ForkRequest): Promise<ForkResult> {
    const [from, to] = [await this.#locate(request.from), await this.#locate(request.to)]
    const { ttlMs } = this.#settings
    return fork(this.#writer, request, { from, to, ttlMs, channel: this.#channelOf(request.to) })
  }

  protected override _restore(sessions: readonly RestoredSession[]): Promise<RestoreResult[]> {
    const [hasCounter, { times }] = [!this.#keys.cluster, this.#settings]
    return restoreAll(this.#writer, sessions, async ({ sessionId }) => {
      return { keys: await this.#locate(sessionId), hasCounter, times, channel: this.#channelOf(sessionId) }
    })
  }

  protected override async _operations(sessionId: string): Promise<KeptOperation[]> {
    return keptOperations(this.#redis, await this.#locate(sessionId), sessionId)
  }

  protected override async _lease(sessionId: string, swap: LeaseSwap | undefined): Promise<LeaseResult> {
    const call = leaseCall(this.#leaseOf(sessionId), swap)
    // A version is given once, so a step that was done is known again.
    return swap === undefined ? this.#redis.readByScript(call, toLease) : this.#redis.write(call, true, toLease)
  }

  protected override _watch(sessionId: string, onChange: () => void): (() => void) | Promise<() => void> {
    const channel = this.#channelOf(sessionId)
    if (this.#subscriber === undefined || channel === undefined) return () => {}
    return this.#redis.subscribe(this.#subscriber, channel, onChange)
  }

  protected async _info(sessionId: string): Promise<SessionInfo | undefined> {
    return readInfo(this.#redis, await this.#locate(sessionId), sessionId)
  }

  protected async *_list(filter: SessionFilter): AsyncIterable<SessionInfo> {
    yield* listStored(this.#stored, filter)
  }

  protected async _delete(sessionId: string, unchangedSince?: Date, lease?: string): Promise<boolean | 'lost'> {
    const [channel, leaseKey, { cluster }] = [this.#channelOf(sessionId), this.#leaseOf(sessionId), this.#keys]
    const erase = async (since?: Date): Promise<boolean | 'lost'> => {
      const target = { sessionId, lease, leaseKey, channel, cluster, unchangedSince: since }
      return eraseSession(this.#writer, await this.#locate(sessionId), target)
    }
    const isGuarded = this.#settings.resends && unchangedSince === undefined
    const once = isGuarded ? await eraseOnce(() => this._info(sessionId), erase) : undefined
    const result = once ?? (await erase(unchangedSince))
    // Of an ambiguous id there may be one more, in another place.
    const isLast = result !== true || unchangedSince !== undefined || !this.#keys.isAmbiguous(sessionId)
    if (!isLast) await this._delete(sessionId, undefined, lease)
    return result
  }

  protected override async _deleteUnchanged(targets: readonly DeleteTarget[]): Promise<number> {
    return countErased(targets.map(({ sessionId, updatedAt }) => this._delete(sessionId, updatedAt)))
  }

  /** Sessions end by themselves; what ends in one that lives on are ids of operations. */
  protected override async _purgeExpiredItems(call: LongCall): Promise<void> {
    await forgetOver(this.#stored, call)
  }

  protected override async _page(
    sessionId: string,
    cursor: string | undefined,
    size: number,
    places = false,
  ): Promise<RecordPage> {
    return readPage(this.#redis, await this.#locate(sessionId), { sessionId, cursor, size, places })
  }

  #locate(sessionId: string): SessionKeys | Promise<SessionKeys> {
    if (!this.#keys.isAmbiguous(sessionId)) return this.#keys.of(sessionId)
    return locate(this.#redis, this.#keys, sessionId)
  }

  /** The same for each id, wherever its session is. */
  #leaseOf(sessionId: string): string {
    return this.#keys.of(sessionId).lease
  }

  /** Whom to tell of changes; nobody without `notify`. */
  #channelOf(sessionId: string): string | undefined {
    return this.#settings.notify ? this.#keys.of(sessionId).channel : undefined
  }

  get #stored(): StoredSessions {
    const locate = (sessionId: string): SessionKeys | Promise<SessionKeys> => this.#locate(sessionId)
    return { connection: this.#redis, keys: this.#keys, locate, index: this.#index }
  }

  /** What writes sessions, and keeps the index where there is one. */
  get #writer(): Writer {
    return this.#index ?? this.#redis
  }

  get #redis(): Connection {
    if (this.#opened === undefined) throw new Error('A hook was called before _open.')
    return this.#opened.connection
  }
}
