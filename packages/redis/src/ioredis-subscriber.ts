import type { IORedisClient } from './ioredis-client.ts'

/** What is used of a client of ioredis that takes messages. */
interface MessagingClient {
  subscribe(channel: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  on(event: 'message', listener: (channel: string) => void): unknown
  on(event: 'error', listener: () => void): unknown
  disconnect(): unknown
}

/** A connection of its own, which takes messages in the way of node-redis. ioredis connects it, and subscribes anew where it was lost. */
export class IORedisSubscriber {
  readonly isOpen = true
  readonly #client: MessagingClient
  readonly #listeners = new Map<string, Set<() => void>>()
  /** Of each channel, when messages come. */
  readonly #subscribed = new Map<string, Promise<unknown>>()

  constructor(client: IORedisClient) {
    this.#client = (client as unknown as { duplicate(): MessagingClient }).duplicate()
    this.#client.on('message', (channel) => {
      for (const listener of [...(this.#listeners.get(channel) ?? [])]) listener()
    })
  }

  on(event: 'error', listener: () => void): unknown {
    return this.#client.on(event, listener)
  }

  async connect(): Promise<void> {}

  async subscribe(channel: string, listener: () => void): Promise<void> {
    const listeners = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, listeners.add(listener))
    if (listeners.size === 1) this.#subscribed.set(channel, this.#client.subscribe(channel))
    await this.#subscribed.get(channel)
  }

  async unsubscribe(channel: string, listener: () => void): Promise<void> {
    const listeners = this.#listeners.get(channel)
    if (listeners === undefined || !listeners.delete(listener) || listeners.size > 0) return
    this.#listeners.delete(channel)
    this.#subscribed.delete(channel)
    await this.#client.unsubscribe(channel)
  }

  destroy(): void {
    this.#client.disconnect()
  }
}
