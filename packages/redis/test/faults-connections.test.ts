import { RedisStore } from '@sessions/redis'
import { rounds, startProxy } from '@sessions/test-servers'
import { createClient } from 'redis'
import { expect, it, onTestFinished } from 'vitest'
import { useRedis } from './support/servers.ts'
import { record, Writers } from './support/writers.ts'

const redis = useRedis({ 'enable-debug-command': 'yes' })
const isScript = (bytes: Buffer): boolean => bytes.includes('EVALSHA')
const cuts = rounds(500, 100)
const options = { retries: 10, busyTimeoutMs: 2_000, timeoutMs: 2_000 }

it('writes each append once while connections are killed, scripts forgotten and the server sleeps', async () => {
  const writers = new Writers({ kind: 'single', url: redis.url }, options, 2, 1)
  onTestFinished(() => writers.kill())
  await writers.progress(20)
  let killed = 0
  for (let round = 0; killed < cuts; round++) {
    killed += Number(await redis.plain.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']))
    if (round % 10 === 0) await redis.plain.scriptFlush()
    if (round % 40 === 0) await redis.plain.sendCommand(['DEBUG', 'SLEEP', '0.3'])
    await writers.progress(1)
  }
  const figures = await writers.stop()
  record(`CLIENT KILL of ${cuts} connections, retries`, figures)
  expect(figures).toMatchObject({ duplicated: 0, lost: 0, denied: 0, rejected: {} })
  expect(figures.found).toBe(figures.acknowledged)
})

it('writes each append and pops each item once while answers and requests are cut off', async () => {
  const { hostname, port } = new URL(redis.url)
  await using proxy = await startProxy({ host: hostname, port: Number(port) })
  const client = createClient({ url: `redis://127.0.0.1:${proxy.port}`, socket: { reconnectStrategy: 1 } }).on(
    'error',
    () => {},
  )
  await client.connect()
  const session = new RedisStore({ client, ...options }).session<{ content: string }>('cut')
  const expected: string[] = []
  const popped: string[] = []
  for (let index = 0; index < cuts; index++) {
    const content = `item ${index}`
    // The answer to a write that was done, or the request of one that is not to be.
    const cut = index % 2 === 0 ? proxy.cutAnswer(isScript) : proxy.cutRequest(isScript)
    if (index % 5 !== 4) {
      await session.addItems([{ content }])
      expected.push(content)
    } else {
      popped.push((await session.popItem())?.content ?? 'nothing')
      expect(popped.at(-1)).toBe(expected.pop())
    }
    await cut
  }
  const found = (await session.getItems()).map((item) => item.content)
  client.destroy()
  expect(found).toEqual(expected)
  expect(new Set(popped).size).toBe(cuts / 5)
  record(`${cuts} answers and requests cut, retries`, {
    acknowledged: expected.length,
    found: found.length,
    duplicated: found.length - new Set(found).size,
    lost: expected.filter((content) => !found.includes(content)).length,
    denied: 0,
    rejected: {},
  })
})

it('says without retries that a write may have been done, and never that it was not when it was', async () => {
  const writers = new Writers({ kind: 'single', url: redis.url }, { busyTimeoutMs: 2_000, timeoutMs: 2_000 }, 2, 1)
  onTestFinished(() => writers.kill())
  for (let round = 0; round < cuts / 10; round++) {
    await writers.progress(2)
    await redis.plain.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
  }
  const figures = await writers.stop()
  record(`CLIENT KILL in ${cuts / 10} rounds, no retries`, figures)
  expect(figures).toMatchObject({ duplicated: 0, lost: 0, denied: 0 })
  expect(figures.found).toBeLessThanOrEqual(
    figures.acknowledged + (figures.rejected['SESSION_UNAVAILABLE, ambiguous'] ?? 0),
  )
})
