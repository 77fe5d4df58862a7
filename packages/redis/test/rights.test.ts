import { readFileSync } from 'node:fs'
import { type ConformanceOptions, runConformance, type StoreHarness } from '@sessions/core/conformance'
import { RedisStore } from '@sessions/redis'
import { expect, it } from 'vitest'
import { connectTo } from './support/clients.ts'
import { age, clear } from './support/primaries.ts'
import { useRedis } from './support/servers.ts'

const redis = useRedis()
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const [listed = [], listedForNotify = [], listedForIndex = []] = [
  ...readme.matchAll(/^ACL SETUSER sessions (.*)$/gm),
].map(([, rights = '']) => rights.split(' '))

it('needs no more rights than the README lists', async () => {
  expect(listed).toContain('+evalsha')
  await redis.plain.sendCommand(['ACL', 'SETUSER', 'sessions', ...listed, '+hello', '+ping'])
  const url = redis.url.replace('//', '//sessions:secret@')
  const client = await connectTo({ kind: 'single', url })
  const place = { kind: 'single', url: redis.url } as const
  const kit = async (given: object, options: ConformanceOptions): Promise<number> => {
    const harness: StoreHarness = {
      name: 'RedisStore (ACL)',
      open: async () => new RedisStore({ client, ttl: 3_600, ...given }),
      reset: () => clear(place, 'agents:session'),
      advance: (ms) => age(place, 'agents:session', ms),
      capabilities: { durable: true, multiProcess: false, ttl: true, list: true, transactions: true },
    }
    const report = await runConformance(harness, options)
    expect(report.cases.filter(({ status }) => status === 'fail')).toEqual([])
    return report.passed
  }
  // What asks for no other command than the rest does.
  const except = ['scale/', 'concurrency/', 'append/large', 'values/', 'items/', 'identity/']
  expect(await kit({}, { except })).toBeGreaterThan(110)
  expect(
    await kit({ retries: 1 }, { except: [...except, 'list/', 'delete/', 'model/', 'exclusive/'] }),
  ).toBeGreaterThan(60)
  await redis.plain.sendCommand(['ACL', 'SETUSER', 'sessions', ...listedForNotify])
  expect(await kit({ times: true, notify: true }, { only: 'watch/' })).toBeGreaterThan(3)
  expect(await kit({ times: true, notify: true }, { only: 'maintain/' })).toBeGreaterThan(3)
  await redis.plain.sendCommand(['ACL', 'SETUSER', 'sessions', ...listedForIndex])
  for (const only of ['list/', 'delete/']) {
    expect(await kit({ index: true }, { only, except: ['list/many', 'delete/many'] })).toBeGreaterThan(3)
  }
  const patient = new RedisStore({ client, ttl: 3_600, refreshTtlOnRead: true }).session('a')
  await patient.addItems([{ role: 'user', content: 'hello' }])
  expect(await patient.getItems()).toHaveLength(1)
  // By CLIENT SETINFO, node-redis says who it is, and does without.
  const log = JSON.stringify(await redis.plain.sendCommand(['ACL', 'LOG']))
  expect(log.replaceAll(/"object":"client\|?\w*"/g, '')).not.toMatch(/"object"/)
  client.destroy()
})

it('is refused keys of others', async () => {
  await redis.plain.sendCommand(['ACL', 'SETUSER', 'sessions', ...listed, '+hello', '+ping'])
  const store = new RedisStore({ url: redis.url.replace('//', '//sessions:secret@'), keyPrefix: 'others' })
  await expect(store.session('a').addItems([{ role: 'user', content: 'hello' }])).rejects.toMatchObject({
    code: 'SESSION_BACKEND',
    message: expect.stringMatching(/may not run a command, or not use a key/),
  })
  await store.close()
})
