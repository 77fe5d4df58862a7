import { isIORedis } from './ioredis-client.ts'
import { IORedisSubscriber } from './ioredis-subscriber.ts'
import { isCluster, isPool, isSentinel, type NodeRedisClient, type RedisClient } from './redis-client.ts'

/** What is used of a client of node-redis that takes messages. */
interface SubscribingClient {
  subscribe(channel: string, listener: () => void): Promise<unknown>
  unsubscribe(channel: string, listener: () => void): Promise<unknown>
}

/** A connection of its own, since one that takes messages may do nothing else. */
interface DuplicateClient extends SubscribingClient {
  readonly isOpen: boolean
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  destroy?(): unknown
  /** The same in node-redis 4. */
  disconnect?(): unknown
}

/** Whether what is to be told comes from a client of the caller's, or whence else. */
export type Source = RedisClient | { url: string; connectMs: number }

/**
 * Messages about sessions, over one connection for a store, which is made when it is first needed. node-redis makes it anew where it is lost,
 * and its clients for Sentinel and Cluster have one by themselves.
 */
export class Subscriber {
  readonly #source: Source
  #client: Promise<SubscribingClient> | undefined
  #duplicate: DuplicateClient | undefined

  constructor(source: Source) {
    this.#source = source
  }

  /** Calls `onMessage` for each message from now on. What it resolves to ends it. */
  async listen(channel: string, onMessage: () => void): Promise<() => void> {
    this.#client ??= this.#connect()
    const connecting = this.#client
    // A function of its own: two who listen alike are two.
    const listener = (): void => onMessage()
    try {
      const client = await connecting
      await client.subscribe(channel, listener)
      return () => {
        // On a connection that is gone, it has ended already.
        client.unsubscribe(channel, listener).catch(() => {})
      }
    } catch (error) {
      if (this.#client === connecting) this.close()
      throw error
    }
  }

  close(): void {
    const { isOpen, destroy, disconnect } = this.#duplicate ?? {}
    if (isOpen) (destroy ?? disconnect)?.call(this.#duplicate)
    this.#client = undefined
    this.#duplicate = undefined
  }

  async #connect(): Promise<SubscribingClient> {
    const source = this.#source
    if (!('url' in source) && !isIORedis(source) && (isCluster(source) || isSentinel(source))) {
      return source as unknown as SubscribingClient
    }
    const duplicate = await this.#duplicateOf(source)
    this.#duplicate = duplicate
    // Whoever watches looks once a second anyway.
    duplicate.on('error', () => {})
    await duplicate.connect()
    return duplicate
  }

  async #duplicateOf(source: Source): Promise<DuplicateClient> {
    if ('url' in source) {
      const { createClient } = await import('redis')
      const { url, connectMs } = source
      const socket = { connectTimeout: connectMs }
      return createClient({ url, socket, maintNotifications: 'disabled' }) as unknown as DuplicateClient
    }
    if (isIORedis(source)) return new IORedisSubscriber(source)
    const duplicate = (client: unknown): DuplicateClient => (client as { duplicate(): DuplicateClient }).duplicate()
    return isPool(source) ? source.execute(async (client) => duplicate(client)) : duplicate(source)
  }
}

/** @throws TypeError for a client that cannot take messages */
export function checkSubscribable(client: RedisClient): void {
  const needed = isIORedis(client) ? 'duplicate' : neededOf(client)
  if (typeof (client as unknown as Record<string, unknown>)[needed] === 'function') return
  throw new TypeError(`notify needs a client that can subscribe: this one has no ${needed}().`)
}

function neededOf(client: NodeRedisClient): string {
  if (isCluster(client) || isSentinel(client)) return 'subscribe'
  return isPool(client) ? 'execute' : 'duplicate'
}
