import { createClient, createCluster, type RedisClientType } from 'redis'
import type { Place } from './clients.ts'

/** Does something by plain commands on each server that has keys of its own. */
export async function onPrimaries<T>(place: Place, work: (client: RedisClientType) => Promise<T>): Promise<T[]> {
  const urls = await primariesOf(place)
  return Promise.all(urls.map((url) => withClient(url, work)))
}

/** A connection of the test's own, for the time of the work. */
export async function withClient<T>(url: string, work: (client: RedisClientType) => Promise<T>): Promise<T> {
  const client: RedisClientType = createClient({ url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    client.destroy()
  }
}

async function primariesOf(place: Place): Promise<string[]> {
  switch (place.kind) {
    case 'single':
    case 'pool':
      return [place.url]
    case 'sentinel': {
      const { host, port } = place.sentinels[0] ?? { host: '', port: 0 }
      const answer = await withClient(`redis://${host}:${port}`, (client) =>
        client.sendCommand(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', place.name]),
      )
      const [address, primaryPort] = answer as unknown as string[]
      return [`redis://${address}:${primaryPort}`]
    }
    case 'cluster': {
      const cluster = createCluster({ rootNodes: [...place.rootNodes] })
      await cluster.connect()
      const urls = cluster.masters.map(({ address }) => `redis://${address}`)
      await cluster.close()
      return urls
    }
  }
}

/** All keys that begin so, everywhere, sorted. */
export async function keysUnder(place: Place, prefix: string): Promise<string[]> {
  const found = await onPrimaries(place, async (client) => {
    const keys = []
    for await (const portion of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) keys.push(...portion)
    return keys
  })
  return found.flat().toSorted()
}

/** The keys of the sessions under a prefix, and of their leases. */
function patternsOf(prefix: string): string[] {
  return [`${prefix}*`, `js:lease:${prefix}*`]
}

/** Does something with each key of the sessions under a prefix. */
async function eachKey(
  place: Place,
  prefix: string,
  work: (client: RedisClientType, key: string) => Promise<unknown>,
): Promise<void> {
  await onPrimaries(place, async (client) => {
    for (const MATCH of patternsOf(prefix)) {
      for await (const keys of client.scanIterator({ MATCH, COUNT: 1000 })) {
        // One by one: on a cluster they lie in different slots.
        await Promise.all(keys.map((key) => work(client, key)))
      }
    }
  })
}

/** Deletes all keys of the sessions under a prefix. */
export async function clear(place: Place, prefix: string): Promise<void> {
  await eachKey(place, prefix, (client, key) => client.unlink(key))
}

/** Time passes for what is stored: every end and every time moves back. */
export async function age(place: Place, prefix: string, ms: number): Promise<void> {
  await eachKey(place, prefix, (client, key) => ageKey(client, key, ms))
}

async function ageKey(client: RedisClientType, key: string, ms: number): Promise<void> {
  if ((await client.type(key)) === 'hash') {
    const [last, state] = await client.hmGet(key, ['js:last', 'js:state'])
    const [updated = 0, count = 0, ttl = 0] = (last ?? '').split(' ').map(Number)
    const [created = 0, generation = 0] = (state ?? '').split(' ').map(Number)
    await client.hSet(key, {
      'js:last': `${updated - ms} ${count} ${ttl}`,
      'js:state': `${created - ms} ${generation}`,
      updated_at: `${Math.floor((updated - ms) / 1000)}`,
    })
  }
  if ((await client.type(key)) === 'hash') await ageFields(client, key, ms)
  if (key.startsWith('js:lease:')) await ageLease(client, key, ms)
  const ends = await client.pExpireTime(key)
  if (ends >= 0) await client.pExpireAt(key, ends - ms)
}

/** The ends of what a session remembers, and the times of its entries. */
async function ageFields(client: RedisClientType, key: string, ms: number): Promise<void> {
  for (const [field, entry] of Object.entries(await client.hGetAll(key))) {
    if (/^js:(operation|attempt)s:\d+$/.test(field)) {
      const [ends, id] = entry.split(/ (.*)/s)
      await client.hSet(key, field, `${Number(ends) - ms} ${id}`)
    }
    if (/^js:time:\d+$/.test(field)) {
      const [position, time] = entry.split(' ')
      await client.hSet(key, field, `${position} ${Math.max(Number(time) - ms, 0)}`)
    }
  }
}

async function ageLease(client: RedisClientType, key: string, ms: number): Promise<void> {
  const [version, token, until, waiting] = ((await client.get(key)) ?? '').split('\n')
  const row = [version, token, Math.max(Number(until) - ms, 0), waiting].join('\n')
  await client.set(key, row, { KEEPTTL: true })
}
