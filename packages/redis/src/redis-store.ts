import {
  type ChangeConditions,
  type CommitResult,
  type DeleteTarget,
  type HistoryChange,
  type Lease,
  type Maintenance,
  type RecordPage,
  SessionError,
  type SessionFilter,
  type SessionInfo,
  SessionStore,
} from '@sessions/core'
import { Appends } from './appends.ts'
import { plainAppend, prepareCommit } from './changes.ts'
import { connect } from './client.ts'
import { Connection } from './connection.ts'
import { toSessionError } from './errors.ts'
import { Keys } from './keys.ts'
import { listSessions } from './listing.ts'
import { maintainCall, toPlace } from './maintain.ts'
import { checkStoreOptions, type RedisStoreOptions, type Settings } from './options.ts'
import { isCluster, type RedisSingleClient } from './redis-client.ts'
import { toArray, toNumber, toText, toTexts } from './replies.ts'
import { scripts } from './scripts/script.ts'
import { readInfo } from './session-infos.ts'

/**
 * Sessions in Redis, under the keys of the OpenAI Agents SDK for Python: on a single server, through Sentinel, or on a cluster.
 *
 * Every write is one script, and so one round trip that nothing comes between. Stores on one url share the process's connection.
 */
export class RedisStore extends SessionStore {
  readonly #settings: Settings
  readonly #keys: Keys
  #lease: Lease<RedisSingleClient> | undefined
  #connection: Connection | undefined
  #appends: Appends | undefined

  /** Does no I/O. @throws TypeError or RangeError that names the option */
  constructor(options: RedisStoreOptions) {
    const settings = checkStoreOptions(options)
    super()
    this.#settings = settings
    this.#keys = new Keys(settings.keyPrefix, settings.client !== undefined && isCluster(settings.client))
  }

  protected override async _open(): Promise<void> {
    const { client, commandTimeoutMs, retries, waitForReplicas: replicas, ttlMs } = this.#settings
    const options = replicas === undefined ? { commandTimeoutMs, retries } : { commandTimeoutMs, retries, replicas }
    if (client !== undefined) {
      if (!client.isOpen) throw notConnected()
      this.#connection = new Connection(client, options)
      // The keys of several sessions lie on several servers there.
      if (isCluster(client)) return
    } else {
      this.#lease = await this.#connect()
      this.#connection = new Connection(this.#lease.resource, options)
    }
    if (retries === 0 && replicas === undefined) this.#appends = new Appends(this.#connection, ttlMs)
  }

  async #connect(): Promise<Lease<RedisSingleClient>> {
    const { url = '', commandTimeoutMs, waitForReplicas: replicas } = this.#settings
    const silenceMs = 2 * commandTimeoutMs + (replicas?.timeoutMs ?? 0)
    try {
      return await connect({ url, connectMs: commandTimeoutMs, silenceMs })
    } catch (error) {
      throw toSessionError(error, false)
    }
  }

  protected override async _close(): Promise<void> {
    await this.#lease?.release()
  }

  protected override _mapError(error: unknown): SessionError | undefined {
    return toSessionError(error, false)
  }

  protected async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
    const { hash, list, attempts } = this.#keys.of(sessionId)
    const from = limit === undefined ? '0' : `${-limit}`
    if (!this.#settings.refreshTtlOnRead) return toTexts(await this.#redis.read(list, ['LRANGE', list, from, '-1']))
    const call = { script: scripts.read, keys: [hash, list, attempts], args: [from] }
    return toTexts(await this.#redis.readByScript(call))
  }

  /** No function that is async: one more promise is what an append of a thousand at once can do without. */
  protected _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    if (change.maintain !== undefined) return this.#maintain(sessionId, change.maintain)
    const records = this.#appends === undefined ? [] : plainAppend(change)
    if (this.#appends === undefined || records.length === 0) return this.#commit(sessionId, change)
    return this.#appends.add(sessionId, this.#keys.of(sessionId), records)
  }

  async #commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const redis = this.#redis
    const commit = prepareCommit(this.#keys.of(sessionId), sessionId, change, {
      ttlMs: this.#settings.ttlMs,
      attemptWindowMs: redis.attemptWindowMs,
      waitsForReplicas: this.#settings.waitForReplicas !== undefined,
    })
    return commit.result(await redis.write(commit.call, commit.repeatable))
  }

  async #maintain(sessionId: string, change: Maintenance): Promise<CommitResult> {
    const call = maintainCall(this.#keys.of(sessionId), change)
    const reply = call === undefined ? 'conflict' : toText(await this.#redis.write(call, false))
    return reply === 'applied' ? { status: 'applied', dropped: [] } : { status: 'conflict' }
  }

  protected override _supports(condition: keyof ChangeConditions): boolean {
    return condition === 'maintain'
  }

  protected async _info(sessionId: string): Promise<SessionInfo | undefined> {
    return readInfo(this.#redis, this.#keys, sessionId)
  }

  protected async *_list(filter: SessionFilter): AsyncIterable<SessionInfo> {
    yield* listSessions(this.#redis, this.#keys, filter)
  }

  protected async _delete(sessionId: string, unchangedSince?: Date): Promise<boolean> {
    const { hash, list, counter, attempts } = this.#keys.of(sessionId)
    const args = unchangedSince === undefined ? [] : [`${unchangedSince.getTime()}`]
    const call = { script: scripts.erase, keys: [hash, list, counter, attempts], args }
    return toNumber(await this.#redis.write(call, false)) === 1
  }

  protected override async _deleteUnchanged(targets: readonly DeleteTarget[]): Promise<number> {
    const deleted = await Promise.all(targets.map(({ sessionId, updatedAt }) => this._delete(sessionId, updatedAt)))
    return deleted.filter(Boolean).length
  }

  /** The cursor says where to go on, and how to see that what comes before is still there. */
  protected override async _page(
    sessionId: string,
    cursor: string | undefined,
    size: number,
    places = false,
  ): Promise<RecordPage> {
    const { hash, list } = this.#keys.of(sessionId)
    const args = [`${size}`, places ? '1' : '0', ...(cursor?.split(' ') ?? [])]
    const reply = await this.#redis.readByScript({ script: scripts.page, keys: [hash, list], args })
    if (reply === null) {
      throw new SessionError('SESSION_CONFLICT', 'Items that were already read were removed meanwhile. Read again.')
    }
    const [generation, mark, following, found, digests] = toArray(reply)
    const records = toTexts(found)
    const from = Number(args[2] ?? 0)
    const placed = places && { places: toTexts(digests).map((digest, index) => toPlace(from + index, digest)) }
    if (toNumber(following) <= 0) return { records, ...placed }
    const next = `${from + records.length} ${toText(generation)} ${toText(mark)}`
    return { records, ...placed, next }
  }

  get #redis(): Connection {
    if (this.#connection === undefined) throw new Error('A hook was called before _open.')
    return this.#connection
  }
}

function notConnected(): SessionError {
  return new SessionError('SESSION_UNAVAILABLE', 'The client is not connected: await client.connect() first.')
}
