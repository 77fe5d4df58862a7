import { type Lease, SharedResources } from '@sessions/core'
import { toSessionError } from './errors.ts'
import type { RedisSingleClient } from './redis-client.ts'
import { ownSockets } from './sockets.ts'

/** What makes one connection differ from another. */
export interface ClientOptions {
  url: string
  /** Milliseconds for a connection to be made. */
  connectMs: number
}

/** What is used of a client of node-redis. */
interface NodeRedisClient extends RedisSingleClient {
  connect(): Promise<unknown>
  close(): Promise<unknown>
  destroy(): unknown
}

/** Milliseconds between two attempts to connect again, at most. */
const maxReconnectMs = 2_000
/** So that gateways do not forget a connection, in milliseconds. */
const pingIntervalMs = 30_000
/** A connection that is younger, in milliseconds, is not replaced: a server that stays a replica is not stormed. */
const minAgeMs = 100
/** Milliseconds for commands under way to be answered before their connection is closed. */
const maxLingerMs = 1_000

const clients = new SharedResources<OwnClient>((client) => client.close())

/** The process's one connection for these options. */
function connect(options: ClientOptions): Promise<Lease<OwnClient>> {
  const key = JSON.stringify([options.url, options.connectMs])
  return clients.acquire(key, async () => new OwnClient(options, await open(options)))
}

/** The same, with an error that says what its failure means. */
export async function connectOnce(url: string, connectMs: number): Promise<Lease<OwnClient>> {
  try {
    return await connect({ url, connectMs })
  } catch (error) {
    throw toSessionError(error, false)
  }
}

/** A connection that we opened, and replace where it leads to the wrong server, or to none. */
export class OwnClient implements RedisSingleClient {
  readonly #options: ClientOptions
  #current: Connected
  #replacing: Promise<void> | undefined
  #isOpen = true

  constructor(options: ClientOptions, current: Connected) {
    this.#options = options
    this.#current = current
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  get isReady(): boolean {
    return this.#replacing === undefined && this.#current.client.isReady
  }

  /** When the last byte came, in ms of `performance.now()`. */
  get heardAt(): number {
    return this.#current.sockets.heardAt
  }

  sendCommand(args: string[], options?: never): Promise<unknown> {
    if (this.#replacing === undefined) return this.#current.client.sendCommand(args, options)
    return this.#replacing.then(() => this.#current.client.sendCommand(args, options))
  }

  /**
   * Whatever is sent from now on goes over a new connection: to the server that is now where the url leads.
   * @param isDead - whether what is still under way over the old one is given up at once
   */
  replace(isDead: boolean): void {
    const old = this.#current
    if (!this.#isOpen || this.#replacing !== undefined || performance.now() - old.openedAt < minAgeMs) return
    this.#replacing = open(this.#options).then(
      (connected) => {
        this.#current = connected
        this.#replacing = undefined
        if (!isDead) void linger(old.client)
        else if (old.client.isOpen) old.client.destroy()
      },
      () => {
        // The old one goes on trying by itself, and the next call that fails tries this again.
        this.#replacing = undefined
      },
    )
  }

  /** Commands that will never be answered do not hold it up. */
  async close(): Promise<void> {
    this.#isOpen = false
    await this.#replacing
    await linger(this.#current.client)
  }
}

interface Connected {
  readonly client: NodeRedisClient
  readonly sockets: { readonly heardAt: number }
  readonly openedAt: number
}

async function open({ url, connectMs }: ClientOptions): Promise<Connected> {
  // Who passes a client has loaded node-redis, maybe another copy of it.
  const { createClient } = await import('redis')
  let connected = false
  const client = createClient({
    url,
    // Not needed on a server of one's own, and a command that an ACL may refuse.
    maintNotifications: 'disabled',
    pingInterval: pingIntervalMs,
    socket: {
      connectTimeout: connectMs,
      reconnectStrategy: (retries, cause) => (connected ? pause(retries) : cause),
    },
  }) as unknown as NodeRedisClient & { on(event: 'error', listener: () => void): unknown }
  // Calls reject with it; nobody else need hear of it.
  client.on('error', () => {})
  const sockets = await ownSockets(() => client.connect())
  connected = true
  return { client, sockets, openedAt: performance.now() }
}

/** Drawn at random, so that the clients of a server that comes back do not all come at once. */
function pause(retries: number): number {
  return Math.ceil(Math.random() * Math.min(50 * 2 ** retries, maxReconnectMs))
}

async function linger(client: NodeRedisClient): Promise<void> {
  if (!client.isOpen) return
  if (!client.isReady) {
    client.destroy()
    return
  }
  const timer = setTimeout(() => client.destroy(), maxLingerMs)
  await client.close()
  clearTimeout(timer)
}
