import { RedisStore } from '@sessions/redis'
import { startRedis } from '@sessions/test-servers'
import { createClient } from 'redis'
import { compare, report } from './compare.ts'

interface Item {
  role: string
  content: string
}

function items(count: number): Item[] {
  return Array.from({ length: count }, (_, index) => ({ role: 'user', content: `message ${index} `.repeat(15) }))
}

/** How much of the speed of bare commands must be left. */
const least = {
  'append 1': 1 / 1.3,
  'last 20 of 10,000': 1 / 1.15,
  '1,000 sessions append 20 times each': 0.7,
  'the same, by RPUSH and HSET': 1 / 1.4,
}

/** One after the other, as the clients of redis-benchmark do. */
async function times(count: number, work: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done++) await work()
}

/** Against the bare commands that a list needs, over the same connection: no times, no expiry, no atomicity beyond one command. */
export async function run(): Promise<boolean> {
  await using server = await startRedis({ own: true, settings: { appendonly: 'no' } })
  const client = createClient({ url: server.url })
  await client.connect()
  const store = new RedisStore({ client })
  const [one = { role: '', content: '' }] = items(1)
  const history = items(10_000)

  const long = store.session<Item>('long')
  await long.addItems(history)
  await client.rPush(
    'bare:long',
    history.map((item) => JSON.stringify(item)),
  )
  const short = store.session<Item>('short')
  const sessions = Array.from({ length: 1_000 }, (_, index) => store.session<Item>(`many ${index}`))

  const comparisons = [
    await compare('append 1', 4_000, {
      ours: () => short.addItems([one]),
      byHand: () => client.rPush('bare:short', JSON.stringify(one)),
    }),
    await compare('last 20 of 10,000', 4_000, {
      ours: () => long.getItems(20),
      byHand: async () => (await client.lRange('bare:long', -20, -1)).map((record) => JSON.parse(record)),
    }),
    await compare('1,000 sessions append 20 times each', 20, {
      ours: () => Promise.all(sessions.map((session) => times(20, () => session.addItems([one])))),
      byHand: () =>
        Promise.all(
          sessions.map((_, index) => times(20, () => client.rPush(`bare:many:${index}`, JSON.stringify(one)))),
        ),
    }),
    // All at one moment and nothing after that: nothing else goes on while the server works.
    await compare('1,000 sessions append once', 200, {
      ours: () => Promise.all(sessions.map((session) => session.addItems([one]))),
      byHand: () => Promise.all(sessions.map((_, index) => client.rPush(`bare:many:${index}`, JSON.stringify(one)))),
    }),
    // What a session that knows when it changed asks for.
    await compare('the same, by RPUSH and HSET', 200, {
      ours: () => Promise.all(sessions.map((session) => session.addItems([one]))),
      byHand: () =>
        Promise.all(
          sessions.flatMap((_, index) => [
            client.rPush(`bare:many:${index}`, JSON.stringify(one)),
            client.hSet(`bare:of:${index}`, { updated_at: `${Date.now()}` }),
          ]),
        ),
    }),
  ]
  await store.close()
  await client.close()
  return report(comparisons, least)
}
