import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Home } from '../process/home.ts'
import { LocalServer } from '../process/local-server.ts'
import { ownServer } from '../process/own-server.ts'
import { info } from './execute.ts'

/** One Redis server among several. */
export interface RedisNode {
  readonly url: string
  readonly port: number
  /** Changes with every start. @throws Error if it does not run, or was not started by the test. */
  readonly pid: number
  /** What it holds itself to be. */
  role(): Promise<'master' | 'replica'>
  /** SIGKILL. Only for a server of one's own. */
  kill(): Promise<void>
  /** Starts it again after `kill`: same port, same data. Resolves when it answers. */
  start(): Promise<void>
}

/** What starts a server: a file and its first arguments. */
export type Program = readonly string[]

/** Settings under which a SIGKILL loses nothing that was acknowledged. */
const defaults = { bind: '127.0.0.1', save: '""', appendonly: 'yes', 'repl-diskless-sync-delay': '0' }

/** Prepares a server of this machine; its `start` starts it. */
export async function createNode(
  home: Home,
  program: Program,
  port: number,
  settings: Readonly<Record<string, string>>,
): Promise<RedisNode> {
  const [file = '', ...first] = program
  const name = `redis-${port}`
  await mkdir(join(home.folder, name))
  const lines = Object.entries({ port: String(port), dir: name, ...defaults, ...settings })
  // A file, as Redis rewrites it when it changes its role.
  await writeFile(join(home.folder, `${name}.conf`), lines.map(([key, value]) => `${key} ${value}\n`).join(''))
  const url = `redis://127.0.0.1:${port}`
  const server = new LocalServer({
    home,
    command: () => ({ name, file, arguments: [...first, `${name}.conf`] }),
    probe: (pid) => probe(url, pid),
  })
  return nodeOf(url, server)
}

/** The node at that URL. */
export function nodeOf(url: string, server?: LocalServer): RedisNode {
  return {
    url,
    port: Number(new URL(url).port || 6379),
    get pid() {
      return ownServer(server).pid
    },
    role: async () => ((await info(url, 'INFO', 'replication')).role === 'master' ? 'master' : 'replica'),
    kill: async () => ownServer(server).end('SIGKILL'),
    start: async () => ownServer(server).start(),
  }
}

/** Rejects as long as that process does not answer there, or still loads its data. */
export async function probe(url: string, pid: number): Promise<void> {
  const { process_id: answering, loading } = await info(url, 'INFO')
  if (answering !== String(pid) || loading === '1') throw new Error(`Process ${answering}, loading: ${loading}`)
}
