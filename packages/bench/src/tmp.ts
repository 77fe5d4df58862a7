import { createHash } from 'node:crypto'
import { RedisStore } from '@sessions/redis'
import { startRedis } from '@sessions/test-servers'
import { createClient } from 'redis'
await using server = await startRedis({ own: true, settings: { appendonly: 'no' } })
const client = createClient({ url: server.url })
await client.connect()
const store = new RedisStore({ client })
const item = { role: 'user', content: 'message 1 '.repeat(15) }
const json = JSON.stringify(item)
const short = store.session<any>('short')
const minimal = `local l = redis.call('RPUSH', KEYS[2], ARGV[2]); redis.call('HSET', KEYS[1], 'a', l); return 'ok'`
const sha = createHash('sha1').update(minimal).digest('hex'); await client.scriptLoad(minimal)
const ours = `${(await import('../../redis/src/scripts/script.ts')).scripts.commit.sha}`
await short.addItems([item])
const variants: Record<string, () => Promise<unknown>> = {
  bare: () => client.rPush('bare:short', json),
  sendCommand: () => client.sendCommand(['RPUSH', 'bare:short2', json]),
  sendAbort: () => client.sendCommand(['RPUSH', 'bare:short3', json], { abortSignal: new AbortController().signal, typeMapping: {}, timeout: 0 } as any),
  sendTypeMap: () => client.sendCommand(['RPUSH', 'bare:short4', json], { typeMapping: {}, timeout: 0 } as any),
  evalMin: () => client.sendCommand(['EVALSHA', sha, '2', 'h', 'l', 'x', json]),
  evalOurs: () => client.sendCommand(['EVALSHA', ours, '2', 'agents:session:short', 'agents:session:short:messages', 'short', '0', json]),
  session: () => short.addItems([item]),
}
const t: Record<string, number[]> = {}
for (let i = 0; i < 4000; i++) for (const [n, f] of Object.entries(variants)) { const s = performance.now(); await f(); (t[n] ??= []).push(performance.now() - s) }
const bare = t.bare!.sort((a, b) => a - b)[2000]!
for (const [n, l] of Object.entries(t)) { const m = l.sort((a, b) => a - b)[l.length >> 1]!; console.log(n.padEnd(14), (m * 1000).toFixed(1), (bare / m).toFixed(2)) }
await store.close(); await client.close()
