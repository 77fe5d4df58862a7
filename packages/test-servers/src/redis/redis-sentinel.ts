import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { environmentUrls } from '../environment.ts'
import { onFreePorts } from '../machine/free-port.ts'
import { provide } from '../machine/provide.ts'
import { redisSentinel } from '../machine/software.ts'
import { Home } from '../process/home.ts'
import { LocalServer } from '../process/local-server.ts'
import { removedUnlessStarted } from '../process/own-server.ts'
import { until } from '../process/until.ts'
import type { ServerOptions } from '../test-server.ts'
import { execute, info } from './execute.ts'
import { createNode, nodeOf, type Program, probe, type RedisNode } from './redis-node.ts'

/** A primary and, at first, two replicas, watched by three sentinels. */
export interface RedisSentinel extends AsyncDisposable {
  /** The name under which the sentinels know the primary. */
  readonly name: string
  readonly sentinels: readonly { readonly host: string; readonly port: number }[]
  /** The servers, at first the primary first. */
  readonly nodes: readonly RedisNode[]
  /** The server that most sentinels agree to be the primary, once they do. */
  primary(): Promise<RedisNode>
  /** Ends all and removes what they have stored. */
  stop(): Promise<void>
}

/** What SESSIONS_TEST_REDIS_SENTINEL_URLS names, or new ones of this machine. */
export async function startRedisSentinel(options: ServerOptions = {}): Promise<RedisSentinel> {
  const urls = environmentUrls('SESSIONS_TEST_REDIS_SENTINEL_URLS', options)
  if (urls.length > 0) return createSentinel(urls, await nodesBehind(urls[0] ?? ''))

  const program = await provide(redisSentinel)
  return onFreePorts(nodeCount + sentinelCount, async (ports) => {
    const home = await Home.open()
    return removedUnlessStarted(home, async () => {
      const sentinelPorts = ports.splice(nodeCount)
      const [primary = 0] = ports
      const nodes = await Promise.all(
        ports.map((port, index) => {
          const role = index === 0 ? {} : { replicaof: `127.0.0.1 ${primary}` }
          return createNode(home, program, port, { ...role, ...options.settings })
        }),
      )
      await Promise.all(nodes.map((node) => node.start()))
      // A sentinel looks for replicas once, then only ten seconds later.
      await until('The replicas follow', () => replicasFollow(nodes))
      const sentinels = await Promise.all(sentinelPorts.map((port) => createWatcher(home, program, port, primary)))
      await Promise.all(sentinels.map(({ server }) => server.start()))
      const urlsOfSentinels = sentinels.map(({ url }) => url)
      await until('The sentinels know each other', () => knowEachOther(urlsOfSentinels))
      return createSentinel(urlsOfSentinels, nodes, home)
    })
  })
}

const name = 'mymaster'
const nodeCount = 3
const sentinelCount = 3
const quorum = 2

async function createWatcher(
  home: Home,
  [program = '']: Program,
  port: number,
  primary: number,
): Promise<{ url: string; server: LocalServer }> {
  const file = `sentinel-${port}.conf`
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor ${name} 127.0.0.1 ${primary} ${quorum}`,
    `sentinel down-after-milliseconds ${name} 1500`,
    `sentinel failover-timeout ${name} 5000`,
  ]
  await writeFile(join(home.folder, file), `${lines.join('\n')}\n`)
  const url = `redis://127.0.0.1:${port}`
  const command = { name: `sentinel-${port}`, file: program, arguments: [file, '--sentinel'] }
  return { url, server: new LocalServer({ home, command: () => command, probe: (pid) => probe(url, pid) }) }
}

async function replicasFollow([primary]: readonly RedisNode[]): Promise<void> {
  const replication = await info(primary?.url ?? '', 'INFO', 'replication')
  const online = Object.values(replication).filter((value) => value.includes('state=online'))
  if (online.length !== nodeCount - 1) throw new Error(`${online.length} replicas follow`)
}

async function knowEachOther(sentinels: readonly string[]): Promise<void> {
  for (const url of sentinels) {
    const master = fields(await execute(url, 'SENTINEL', 'MASTER', name))
    const isComplete =
      master['num-slaves'] === String(nodeCount - 1) && master['num-other-sentinels'] === String(sentinelCount - 1)
    if (!isComplete || master.flags !== 'master') throw new Error(`${url} does not know all`)
  }
}

/** The servers that a sentinel knows. */
async function nodesBehind(sentinel: string): Promise<RedisNode[]> {
  const replicas = await execute(sentinel, 'SENTINEL', 'REPLICAS', name)
  const all = [await execute(sentinel, 'SENTINEL', 'MASTER', name), ...(Array.isArray(replicas) ? replicas : [])]
  return all.map(fields).map(({ ip, port }) => nodeOf(`redis://${ip}:${port}`))
}

/** An answer of names and values in turn. */
function fields(answer: unknown): Record<string, string> {
  const words = Array.isArray(answer) ? answer.map(String) : []
  return Object.fromEntries(words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? '']] : [])))
}

function createSentinel(urls: readonly string[], nodes: readonly RedisNode[], home?: Home): RedisSentinel {
  const stop = async (): Promise<void> => home?.remove()
  return {
    name,
    sentinels: urls.map((url) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) })),
    nodes,
    primary: async () => {
      const answers = await Promise.all(urls.map((url) => execute(url, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)))
      const ports = answers.map((answer) => Number(Array.isArray(answer) ? answer[1] : undefined))
      const agreed = nodes.find(({ port }) => ports.filter((candidate) => candidate === port).length >= quorum)
      if (agreed === undefined) throw new Error(`The sentinels disagree: ${ports}`)
      return agreed
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
