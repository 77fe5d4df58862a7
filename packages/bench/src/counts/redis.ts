import { RedisStore } from '@sessions/redis'
import { startProxy, startRedis, startRedisCluster, type TcpProxy, Traffic } from '@sessions/test-servers'
import { createClient, createCluster } from 'redis'
import type { Backend } from './backend.ts'
import { type Counts, costs, readAll, settled } from './measure.ts'

/** What servers and clients say to each other by themselves, and what is asked here. */
const own = /^cmdstat_(?:info|ping|replconf|psync|hello|client|cluster|role)/

export const redis: Backend = async () => {
  const server = await startRedis({ own: true })
  const traffic = new Traffic()
  const proxy = await before(server.url, traffic)
  const counter = await Counter.on([server.url], traffic)
  const store = new RedisStore({ url: proxy.url(server.url) })
  return async () => {
    const readings = await readAll({ store, read: () => settled(() => counter.read()) })
    await Promise.all([store.close(), counter.close()])
    await Promise.all([proxy.stop(), server.stop()])
    return { version: counter.version, calls: costs(readings) }
  }
}

export const redisCluster: Backend = async () => {
  const cluster = await startRedisCluster()
  const traffic = new Traffic()
  const proxies = await Promise.all(cluster.nodes.map(({ url }) => before(url, traffic)))
  const addresses = cluster.nodes.map(({ port }, index) => {
    return [`127.0.0.1:${port}`, { host: '127.0.0.1', port: proxies[index]?.port ?? 0 }] as const
  })
  const rootNodes = cluster.nodes.map(({ url }, index) => ({ url: proxies[index]?.url(url) ?? '' }))
  const client = createCluster({ rootNodes, nodeAddressMap: Object.fromEntries(addresses) })
  await client.connect()
  const roles = await Promise.all(cluster.nodes.map((node) => node.role()))
  const masters = cluster.nodes.filter((_, index) => roles[index] === 'master')
  const counter = await Counter.on(
    masters.map(({ url }) => url),
    traffic,
  )
  const store = new RedisStore({ client })
  return async () => {
    const readings = await readAll({ store, read: () => settled(() => counter.read()) })
    await Promise.all([store.close(), counter.close()])
    await client.close()
    await Promise.all(proxies.map((proxy) => proxy.stop()))
    await cluster.stop()
    return { version: counter.version, calls: costs(readings) }
  }
}

function before(url: string, traffic: Traffic): Promise<TcpProxy> {
  const { hostname, port } = new URL(url)
  return startProxy({ host: hostname, port: Number(port) }, () => traffic.connection())
}

type Client = Awaited<ReturnType<typeof connect>>

function connect(url: string) {
  return createClient({ url }).connect()
}

/** What servers say of themselves, over connections of its own. */
class Counter {
  readonly #clients: readonly Client[]
  readonly #traffic: Traffic
  version = ''

  private constructor(clients: readonly Client[], traffic: Traffic) {
    this.#clients = clients
    this.#traffic = traffic
  }

  static async on(urls: readonly string[], traffic: Traffic): Promise<Counter> {
    return new Counter(await Promise.all(urls.map(connect)), traffic)
  }

  async read(): Promise<Counts> {
    const texts = await Promise.all(this.#clients.map((client) => client.info('everything')))
    this.version = field(texts[0] ?? '', 'redis_version')
    const sum = (of: (text: string) => number): number => texts.reduce((total, text) => total + of(text), 0)
    const { roundTrips, sent, received } = this.#traffic
    return {
      roundTrips,
      commands: sum(commandsIn),
      sentBytes: sent,
      receivedBytes: received,
      // With what a busy disk lets wait.
      logBytes: sum((text) => Number(field(text, 'aof_current_size')) + Number(field(text, 'aof_buffer_length'))),
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()))
  }
}

/** Those in scripts counted. */
function commandsIn(text: string): number {
  const lines = text.split('\r\n').filter((line) => line.startsWith('cmdstat_') && !own.test(line))
  return lines.reduce((sum, line) => sum + Number(/:calls=(\d+)/.exec(line)?.[1]), 0)
}

function field(text: string, name: string): string {
  return new RegExp(`^${name}:(.*)\r$`, 'm').exec(text)?.[1] ?? ''
}
