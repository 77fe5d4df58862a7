import { environmentUrls } from '../environment.ts'
import { onFreePorts } from '../machine/free-port.ts'
import { provide } from '../machine/provide.ts'
import { redisCluster, valkey } from '../machine/software.ts'
import { unpacked } from '../machine/unpack.ts'
import { isWithout } from '../optional.ts'
import { Home } from '../process/home.ts'
import { removedUnlessStarted } from '../process/own-server.ts'
import { until } from '../process/until.ts'
import type { ServerOptions } from '../test-server.ts'
import { execute, info } from './execute.ts'
import { createNode, nodeOf, type Program, type RedisNode } from './redis-node.ts'

/** Three masters and, in the same order, their three replicas: at first. */
export interface RedisCluster extends AsyncDisposable {
  readonly nodes: readonly RedisNode[]
  /** What `createCluster` of node-redis takes. */
  readonly rootNodes: readonly { readonly url: string }[]
  /** Resolves when the nodes that run agree that all slots are served, and every replica among them follows its master. */
  settled(): Promise<void>
  /** Ends the nodes and removes what they have stored. */
  stop(): Promise<void>
}

/** The cluster that SESSIONS_TEST_REDIS_CLUSTER_URLS names, or a new one of this machine. */
export async function startRedisCluster(options: ServerOptions = {}): Promise<RedisCluster> {
  const urls = environmentUrls('SESSIONS_TEST_REDIS_CLUSTER_URLS', options)
  if (urls.length > 0) return createCluster(urls.map((url) => nodeOf(url)))
  return startNew(await provide(redisCluster), options)
}

/** A new cluster of Debian's newest Valkey. None where SESSIONS_TEST_WITHOUT names Valkey. */
export async function startValkeyCluster(options: ServerOptions = {}): Promise<RedisCluster | undefined> {
  if (isWithout(valkey)) return undefined
  return startNew((await unpacked(valkey)).command, options)
}

const masterCount = 3
const nodeCount = 2 * masterCount
const slots = 16_384
const clusterSettings = {
  'cluster-enabled': 'yes',
  'cluster-node-timeout': '2000',
  // A replica takes over however long it has been without its master, and stays with it otherwise.
  'cluster-replica-validity-factor': '0',
  'cluster-allow-replica-migration': 'no',
}

async function startNew(program: Program, options: ServerOptions): Promise<RedisCluster> {
  return onFreePorts(nodeCount * 2, async (ports) => {
    const home = await Home.open()
    return removedUnlessStarted(home, async () => {
      const busPorts = ports.splice(nodeCount)
      const nodes = await Promise.all(
        ports.map((port, index) => {
          const cluster = { ...clusterSettings, 'cluster-port': String(busPorts[index]) }
          return createNode(home, program, port, {
            ...cluster,
            'cluster-config-file': `nodes.conf`,
            ...options.settings,
          })
        }),
      )
      await Promise.all(nodes.map((node) => node.start()))
      await connect(nodes, busPorts)
      const cluster = createCluster(nodes, home)
      await cluster.settled()
      return cluster
    })
  })
}

/** Makes a cluster of nodes that know nothing of each other. */
async function connect(nodes: readonly RedisNode[], busPorts: readonly number[]): Promise<void> {
  const [first, ...others] = nodes
  if (first === undefined) return
  const masters = nodes.slice(0, masterCount)
  const share = (index: number): number => Math.floor((index * slots) / masterCount)
  for (const [index, { url }] of masters.entries()) {
    await execute(url, 'CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    await execute(url, 'CLUSTER', 'ADDSLOTSRANGE', String(share(index)), String(share(index + 1) - 1))
  }
  for (const [index, { port }] of others.entries()) {
    await execute(first.url, 'CLUSTER', 'MEET', '127.0.0.1', String(port), String(busPorts[index + 1]))
  }
  for (const [index, { url }] of nodes.slice(masterCount).entries()) {
    const id = String(await execute(masters[index]?.url ?? '', 'CLUSTER', 'MYID'))
    // Refused until the replica has heard of its master.
    await until('A replica knows its master', async () => void (await execute(url, 'CLUSTER', 'REPLICATE', id)))
  }
}

function createCluster(nodes: readonly RedisNode[], home?: Home): RedisCluster {
  const stop = async (): Promise<void> => home?.remove()
  return {
    nodes,
    rootNodes: nodes.map(({ url }) => ({ url })),
    settled: () => until('The cluster settles', async () => void (await Promise.all(nodes.map(checkNode)))),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Rejects unless the node finds the cluster complete; of one that does not run, nothing is expected. */
async function checkNode({ url }: RedisNode): Promise<void> {
  const state = await info(url, 'CLUSTER', 'INFO').catch(undefinedIfRefused)
  if (state === undefined) return
  const replication = await info(url, 'INFO', 'replication')
  const isComplete = state.cluster_state === 'ok' && state.cluster_known_nodes === String(nodeCount)
  if (!isComplete || replication.master_link_status === 'down') throw new Error(`${url} is not settled`)
}

function undefinedIfRefused(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return undefined
  throw error
}
