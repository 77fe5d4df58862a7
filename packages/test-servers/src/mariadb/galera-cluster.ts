import { Databases, withDatabase } from '../databases.ts'
import { environmentUrls } from '../environment.ts'
import { onFreePorts } from '../machine/free-port.ts'
import { provide } from '../machine/provide.ts'
import { galera } from '../machine/software.ts'
import { serverUser } from '../machine/user.ts'
import { Home } from '../process/home.ts'
import { LocalServer } from '../process/local-server.ts'
import { ownServer, removedUnlessStarted } from '../process/own-server.ts'
import type { ServerOptions } from '../test-server.ts'
import { createDatabase, execute, probe } from './execute.ts'
import { initialize, mariadbCommand } from './program.ts'

/** One server of a cluster. */
export interface GaleraNode {
  /** Leads to the database `mysql`, as root. */
  readonly url: string
  /** SIGKILL. The rest goes on, once it has seen after some seconds that this one is gone. Only in a cluster of one's own. */
  kill(): Promise<void>
  /** Starts it again after `kill`: same ports. Resolves when it has everything that the others have, and serves. */
  start(): Promise<void>
}

/** Three servers that certify each other's transactions. */
export interface GaleraCluster extends AsyncDisposable {
  readonly nodes: readonly GaleraNode[]
  /** Creates an empty database in utf8mb4. Resolves to its URLs, one a node, in the order of the nodes. */
  createDatabase(): Promise<string[]>
  /** Ends the nodes and removes what they have stored. */
  stop(): Promise<void>
}

interface LocalNode {
  readonly url: string
  readonly server: LocalServer
}

/** The cluster that SESSIONS_TEST_GALERA_URLS names, or a new one of this machine. */
export async function startGalera(options: ServerOptions = {}): Promise<GaleraCluster> {
  const urls = environmentUrls('SESSIONS_TEST_GALERA_URLS', options)
  if (urls.length > 0) return createCluster(urls.map((url) => ({ url })))

  const [program = '', installer = '', provider = ''] = await provide(galera)
  const user = await serverUser('mysql')
  // With new ports from scratch: a half-made cluster can't be made again.
  return onFreePorts(names.length * 4, async (ports) => {
    const home = await Home.open(user)
    return removedUnlessStarted(home, async () => {
      const nodes = localNodes(home, program, provider, ports, options.settings ?? {})
      await initialize(home, installer, 'node1')
      // The others get their contents from the first one as they join.
      await home.run({ name: 'folders', file: 'mkdir', arguments: ['node2', 'node3'] })
      // One after the other: a node can't give its state to two at a time.
      for (const { server } of nodes) await server.start()
      return createCluster(nodes, home)
    })
  })
}

const names = ['node1', 'node2', 'node3']
/** A dead node is noticed after about two seconds instead of five. */
const providerOptions = [
  'evs.keepalive_period=PT0.5S',
  'evs.inactive_check_period=PT0.25S',
  'evs.suspect_timeout=PT2S',
  'evs.inactive_timeout=PT6S',
  'gcache.size=32M',
]

function localNodes(
  home: Home,
  program: string,
  provider: string,
  ports: readonly number[],
  settings: Readonly<Record<string, string>>,
): LocalNode[] {
  const group = ports.slice(0, names.length).map((port) => `127.0.0.1:${port}`)
  return names.map((name, index) => {
    const [sql, incremental, snapshot] = [1, 2, 3].map((kind) => ports[kind * names.length + index])
    const url = `mariadb://root@127.0.0.1:${sql}/mysql`
    const nodeSettings = {
      port: String(sql),
      binlog_format: 'ROW',
      innodb_autoinc_lock_mode: '2',
      wsrep_on: 'ON',
      wsrep_provider: provider,
      wsrep_cluster_address: `gcomm://${group.join(',')}`,
      wsrep_node_address: '127.0.0.1',
      wsrep_node_name: name,
      wsrep_provider_options: [
        `gmcast.listen_addr=tcp://${group[index]}`,
        `ist.recv_addr=127.0.0.1:${incremental}`,
        ...providerOptions,
      ].join(';'),
      wsrep_sst_method: 'rsync',
      wsrep_sst_receive_address: `127.0.0.1:${snapshot}`,
      ...settings,
    }
    const server = new LocalServer({
      home,
      command: (isFirst) => {
        const command = mariadbCommand(home, program, name, nodeSettings)
        const isNew = isFirst && index === 0
        return isNew ? { ...command, arguments: [...command.arguments, '--wsrep-new-cluster'] } : command
      },
      probe: () => probeMember(url, `${home.folder}/${name}/`),
      timeoutMs: 300_000,
    })
    return { url, server }
  })
}

/** Rejects unless the node is synchronized with the others and takes statements. */
async function probeMember(url: string, folder: string): Promise<void> {
  await probe(url, folder)
  const rows = await execute(url, "SHOW STATUS WHERE Variable_name IN ('wsrep_local_state_comment', 'wsrep_ready')")
  const status = rows.map((row) => row.Value).toSorted()
  if (status.join() !== 'ON,Synced') throw new Error(`The node is not in the cluster: ${status}`)
}

function createCluster(nodes: readonly { url: string; server?: LocalServer }[], home?: Home): GaleraCluster {
  const urls = nodes.map(({ url }) => url)
  const [first = ''] = urls
  const databases = new Databases(
    first,
    async (name) => void (await execute(first, createDatabase(name))),
    async (name) => void (await execute(first, `DROP DATABASE ${name}`)),
  )
  const stop = (): Promise<void> => home?.remove() ?? databases.dropAll()
  return {
    nodes: nodes.map(({ url, server }) => ({
      url,
      kill: async () => ownServer(server).end('SIGKILL'),
      start: async () => ownServer(server).start(),
    })),
    createDatabase: async () => {
      const name = new URL(await databases.create()).pathname.slice(1)
      // A node that waits for what was certified before sees the database. `USE` itself does not wait.
      const wait = ['SET SESSION wsrep_sync_wait = 15', 'SHOW DATABASES']
      await Promise.all(urls.map((url) => execute(url, `USE ${name}`, wait)))
      return urls.map((url) => withDatabase(url, name))
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
