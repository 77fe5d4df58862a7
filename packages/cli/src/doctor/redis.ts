import type { OpenStore } from '../stores/open-store.ts'
import { parseCluster } from '../stores/redis-cluster.ts'
import { load } from '../stores/resolve.ts'
import { type Check, check, type Doctor } from './check.ts'

interface Client {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  sendCommand(words: readonly string[]): Promise<unknown>
  close(): Promise<unknown>
}

interface Driver {
  createClient(options: { url: string; username?: string; password?: string }): Client
}

/** `INFO` alone, which everybody may ask: `CONFIG` is refused by most who keep a Redis for others. */
export const redisDoctor: Doctor = async (opened) => {
  const { module } = await load<Driver>('redis', opened.adapter)
  const nodes = nodesOf(opened)
  const found = await Promise.all(nodes.map(async (options) => await infoOf(module.createClient(options))))
  return found.flatMap((info, index) => {
    const suffix = nodes.length === 1 ? '' : ` (${new URL(nodes[index]?.url ?? '').host})`
    return checksOf(info, opened.url, nodes.length > 1).map((one) => ({ ...one, name: `${one.name}${suffix}` }))
  })
}

function nodesOf({ kind, url }: OpenStore): { url: string; username?: string; password?: string }[] {
  if (kind !== 'redis-cluster') return [{ url }]
  const { nodes, username, password, tls } = parseCluster(url)
  const login = { ...(username !== '' && { username }), ...(password !== '' && { password }) }
  return nodes.map((node) => ({ url: `${tls ? 'rediss' : 'redis'}://${node}`, ...login }))
}

async function infoOf(client: Client): Promise<ReadonlyMap<string, string>> {
  // What fails is said by the call that it fails.
  client.on('error', () => {})
  await client.connect()
  try {
    const text = String(await client.sendCommand(['INFO', 'all']))
    return new Map([...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]))
  } finally {
    await client.close()
  }
}

/** @param isCluster - whose replicas lead to their primaries */
function checksOf(info: ReadonlyMap<string, string>, url: string, isCluster: boolean): Check[] {
  const { hostname, protocol } = new URL(url.split(',')[0] ?? url)
  const isLocal = /^(localhost|127\..*|\[::1\])$/.test(hostname)
  const of = (name: string): string => info.get(name) ?? 'unknown'
  const [policy, version] = [of('maxmemory_policy'), info.get('valkey_version') ?? of('redis_version')]
  const isKept = of('aof_enabled') === '1'
  const tls = /^rediss/.test(protocol)
  return [
    check('version', true, version, ''),
    check('tls', tls || isLocal, tls ? 'on' : 'off', 'What travels can be read: take rediss://.'),
    check(
      'primary',
      of('role') === 'master' || isCluster,
      of('role'),
      'Nothing can be written here: name the primary, or use Sentinel.',
      'bad',
    ),
    check(
      'eviction',
      policy === 'noeviction',
      policy,
      'Sessions, or half of one, disappear when the memory is full: maxmemory-policy noeviction.',
      'bad',
    ),
    check(
      'append-only file',
      isKept,
      isKept ? 'on' : 'off',
      'A crash loses what was written since the last snapshot: appendonly yes.',
    ),
    check(
      'last snapshot',
      of('rdb_last_bgsave_status') === 'ok',
      of('rdb_last_bgsave_status'),
      'Look at the log of the server: it could not save.',
      'bad',
    ),
    check(
      'last append',
      of('aof_last_write_status') === 'ok',
      of('aof_last_write_status'),
      'Look at the log of the server: the disk may be full.',
      'bad',
    ),
  ]
}
