import type { Call } from './call.ts'
import { findLayout } from './cluster-layout.ts'
import type { Driver } from './driver.ts'
import { type IORedisClient, type IORedisCluster, isIORedisCluster, keyPrefixOf } from './ioredis-client.ts'
import type { RedisCommandOptions, RedisSingleClient } from './redis-client.ts'
import { optionsFor, sendOn } from './send.ts'

/**
 * ioredis sends a command again that was under way when its connection was lost, also a write that was done, so that writes carry ids
 * by which the server knows them. What waits for a connection it does not give back: so it gets nothing before it is ready.
 */
export function ioredisDriver(client: IORedisClient): Driver {
  const connection = new ReadyClient(client)
  const send: Driver['send'] = (call, _, args) => sendOn(connection, call, args)
  const { primaries, layout } = isIORedisCluster(client)
    ? ofCluster(client, send)
    : { primaries: async () => [(call: Call, args: string[]) => send(call, '', args)], layout: undefined }
  return {
    get isOpen() {
      return connection.isOpen
    },
    resends: true,
    prefix: keyPrefixOf(client),
    send,
    sendPair: (call, _, first, second) => connection.sendPair(call, first, second),
    primaries,
    ...(layout && { layout }),
  }
}

function ofCluster(cluster: IORedisCluster, send: Driver['send']): Required<Pick<Driver, 'primaries' | 'layout'>> {
  const primaries = async (): Promise<((call: Call, args: string[]) => Promise<unknown>)[]> =>
    cluster.nodes('master').map((node) => {
      const connection = new ReadyClient(node)
      return (call, args) => sendOn(connection, call, args)
    })
  return { primaries, layout: (call, keyOf) => findLayout({ primaries, send }, call, keyOf) }
}

/** A client that takes a command when it can send it. */
class ReadyClient implements RedisSingleClient {
  readonly #client: IORedisClient

  constructor(client: IORedisClient) {
    this.#client = client
  }

  get isOpen(): boolean {
    return this.#client.status !== 'end'
  }

  /** One that is to connect when it is first used does so with its first command. */
  get isReady(): boolean {
    return this.#client.status === 'ready' || this.#client.status === 'wait'
  }

  async sendCommand(args: string[], options?: never): Promise<unknown> {
    await this.#ready((options as RedisCommandOptions | undefined)?.abortSignal as AbortSignal | undefined)
    const [command = '', ...rest] = args
    return this.#client.call(command, ...rest).catch(rethrowBare)
  }

  /** Of two that are sent together, ioredis sends neither again alone. */
  async sendPair(call: Call, first: string[], second: string[]): Promise<[unknown, unknown]> {
    call.throwIfOver()
    const { abortSignal } = optionsFor(call) as RedisCommandOptions
    call.sent = true
    await this.#ready(abortSignal as AbortSignal)
    const pair = [first, second].map((args) => ['call', ...args])
    const replies = (await this.#client.pipeline(pair).exec().catch(rethrowBare)) ?? []
    const values = replies.map(([error, value]) => (error === null ? value : rethrowBare(error)))
    return [values[0], values[1]]
  }

  #ready(signal: AbortSignal | undefined): Promise<void> | undefined {
    if (this.isReady) return undefined
    if (!this.isOpen) throw new Error(closed)
    if (signal?.aborted === true) throw new Error(aborted)
    const client = this.#client
    return new Promise((resolve, reject) => {
      const settle = (work: () => void) => (): void => {
        client.off('ready', ready)
        client.off('end', ended)
        signal?.removeEventListener('abort', gaveUp)
        work()
      }
      const ready = settle(resolve)
      const ended = settle(() => reject(new Error(closed)))
      const gaveUp = settle(() => reject(new Error(aborted)))
      client.once('ready', ready)
      client.once('end', ended)
      signal?.addEventListener('abort', gaveUp)
    })
  }
}

/** As node-redis says it. */
const closed = 'The client is closed'
const aborted = 'The command was aborted'

/** Its errors carry the command with all that was to be stored: those that leave it do not. */
function rethrowBare(error: unknown): never {
  if (!(error instanceof Error)) throw error
  const bare = new Error(error.message)
  bare.name = error.name
  const { code } = error as NodeJS.ErrnoException
  throw code === undefined ? bare : Object.assign(bare, { code })
}
