import { dirname } from 'node:path'
import { startRedis, startRedisCluster, startRedisSentinel, startValkey } from '@sessions/test-servers'
import { createClient, createCluster, createSentinel } from 'redis'
import { expect, it } from 'vitest'
import { isGone } from './gone.ts'

async function send(url: string, ...command: string[]): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false } })
  client.on('error', () => {})
  await client.connect()
  try {
    return await client.sendCommand(command)
  } finally {
    client.destroy()
  }
}

it('keeps its port and what was acknowledged when Redis is killed', async () => {
  await using server = await startRedis({ own: true, settings: { 'maxmemory-policy': 'noeviction' } })
  await send(server.url, 'SET', 'k', 'v')
  await server.kill()
  await expect(send(server.url, 'PING')).rejects.toThrow('ECONNREFUSED')
  await server.start()
  expect(await send(server.url, 'GET', 'k')).toBe('v')
})

it('keeps its port and what was acknowledged when Valkey is killed', async () => {
  await using server = await startValkey({ own: true })
  if (server === undefined) return
  expect(await send(server.url, 'INFO', 'server')).toContain('server_name:valkey')
  await send(server.url, 'SET', 'k', 'v')
  await server.kill()
  await expect(send(server.url, 'PING')).rejects.toThrow('ECONNREFUSED')
  await server.start()
  expect(await send(server.url, 'GET', 'k')).toBe('v')
})

it('forgets all when a Redis without an append-only file is killed', async () => {
  await using server = await startRedis({ appendonly: false })
  await send(server.url, 'SET', 'k', 'v')
  await server.kill()
  await server.start()
  expect(await send(server.url, 'GET', 'k')).toBeNull()
})

it('leaves nothing of Redis behind when it stops', async () => {
  const server = await startRedis({ own: true })
  const text = String(await send(server.url, 'INFO', 'server'))
  const pid = Number(/process_id:(\d+)/.exec(text)?.[1])
  const folder = dirname(/config_file:(\S+)/.exec(text)?.[1] ?? '')
  expect(isGone({ pid, folder })).toBe(false)
  await server.stop()
  expect(isGone({ pid, folder })).toBe(true)
})

it('goes on with a cluster whose master is killed, and takes the node back as a replica', async () => {
  await using cluster = await startRedisCluster({ own: true })
  const [master, , , replica] = cluster.nodes
  await using client = Object.assign(createCluster({ rootNodes: [...cluster.rootNodes] }), {
    [Symbol.asyncDispose]: async () => client.destroy(),
  })
  client.on('error', () => {})
  await client.connect()
  const keys = Array.from({ length: 30 }, (_, index) => `k${index}`)
  for (const key of keys) await client.set(key, key)

  await master?.kill()
  await expect.poll(() => replica?.role()).toBe('master')
  await cluster.settled()
  await expect.poll(() => Promise.all(keys.map((key) => client.get(key)))).toEqual(keys)
  await master?.start()
  await cluster.settled()
  expect(await master?.role()).toBe('replica')
})

it('lets sentinels name another primary when theirs is killed', async () => {
  await using group = await startRedisSentinel({ own: true })
  const [first] = group.nodes
  expect(await group.primary()).toBe(first)
  await first?.kill()
  await expect.poll(async () => (await group.primary()) === first).toBe(false)
  const client = createSentinel({ name: group.name, sentinelRootNodes: [...group.sentinels] })
  client.on('error', () => {})
  await client.connect()
  await client.set('k', 'v')
  client.destroy()
  const second = await group.primary()
  expect(await send(second.url, 'GET', 'k')).toBe('v')
  await first?.start()
  expect(await send(first?.url ?? '', 'PING')).toBe('PONG')
})
