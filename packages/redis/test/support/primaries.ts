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

/** The urls of all servers that have keys of their own. */
export async function primariesOf(place: Place): Promise<string[]> {
  switch (place.kind) {
    case 'single':
    case 'pool':
    case 'ioredis':
      return [place.url]
    case 'sentinel':
    case 'ioredis sentinel': {
      const { host, port } = place.sentinels[0] ?? { host: '', port: 0 }
      const answer = await withClient(`redis://${host}:${port}`, (client) =>
        client.sendCommand(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', place.name]),
      )
      const [address, primaryPort] = answer as unknown as string[]
      return [`redis://${address}:${primaryPort}`]
    }
    case 'cluster':
    case 'ioredis cluster': {
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

/** A place whose primaries stay the same ones, by connections that are kept: a kit asks for hundreds of clean places. */
export class SteadyPlace {
  readonly #before: string
  readonly #clients: Promise<RedisClientType[]>

  constructor(place: Place) {
    this.#before = ('keyPrefix' in place ? place.keyPrefix : undefined) ?? ''
    this.#clients = primariesOf(place).then((urls) =>
      Promise.all(
        urls.map(async (url) => {
          const client: RedisClientType = createClient({ url })
          // Commands say what fails; a server may well end before this does.
          client.on('error', () => {})
          await client.connect()
          return client
        }),
      ),
    )
  }

  /** Deletes all keys of the sessions under a prefix. */
  async clear(prefix: string): Promise<void> {
    await this.#each(prefix, (client, key) => client.unlink(key))
  }

  /** Time passes for what is stored: every end and every time moves back. */
  async age(prefix: string, ms: number): Promise<void> {
    await this.#each(prefix, (client, key) => ageKey(client, key, ms))
  }

  async close(): Promise<void> {
    for (const client of await this.#clients) client.destroy()
  }

  /** Does something with each key of the sessions under a prefix, of their leases and their index. */
  async #each(prefix: string, work: (client: RedisClientType, key: string) => Promise<unknown>): Promise<void> {
    const begins = [this.#before + prefix, `${this.#before}js:lease:${prefix}`]
    const isIndex = /js:index:\{\d+\}:(.*)$/s
    const ofOne = async (client: RedisClientType): Promise<void> => {
      for await (const keys of client.scanIterator({ MATCH: `*${prefix}*`, COUNT: 1000 })) {
        const own = keys.filter((key) => {
          return (
            begins.some((begin) => key.startsWith(begin)) || isIndex.exec(key)?.[1]?.startsWith(`${prefix}:`) === true
          )
        })
        // One by one: on a cluster they lie in different slots.
        await Promise.all(own.map((key) => work(client, key)))
      }
    }
    await Promise.all((await this.#clients).map(ofOne))
  }
}

/** Deletes all keys of the sessions under a prefix. */
export async function clear(place: Place, prefix: string): Promise<void> {
  const steady = new SteadyPlace(place)
  await steady.clear(prefix).finally(() => steady.close())
}

/** Time passes for what is stored: every end and every time moves back. */
export async function age(place: Place, prefix: string, ms: number): Promise<void> {
  const steady = new SteadyPlace(place)
  await steady.age(prefix, ms).finally(() => steady.close())
}

async function ageKey(client: RedisClientType, key: string, ms: number): Promise<void> {
  const type = await client.type(key)
  if (type === 'hash') await ageHash(client, key, ms)
  if (type === 'string' && key.includes('js:lease:')) await ageLease(client, key, ms)
  if (type === 'zset' && key.endsWith(':times')) await ageIndex(client, key, ms)
  const ends = await client.pExpireTime(key)
  if (ends >= 0) await client.pExpireAt(key, ends - ms)
}

/** The times of a session, the ends of what it remembers, and the times of its entries. */
async function ageHash(client: RedisClientType, key: string, ms: number): Promise<void> {
  const fields = await client.hGetAll(key)
  const [updated = 0, count = 0, ttl = 0] = (fields['js:last'] ?? '').split(' ').map(Number)
  const [created = 0, generation = 0] = (fields['js:state'] ?? '').split(' ').map(Number)
  const aged: Record<string, string> = {
    'js:last': `${updated - ms} ${count} ${ttl}`,
    'js:state': `${created - ms} ${generation}`,
    updated_at: `${Math.floor((updated - ms) / 1000)}`,
  }
  for (const [field, entry] of Object.entries(fields)) {
    const [first, rest] = entry.split(/ (.*)/s)
    if (/^js:(operation|attempt)s:\d+$/.test(field)) aged[field] = `${Number(first) - ms} ${rest}`
    if (/^js:time:\d+$/.test(field)) aged[field] = `${first} ${Math.max(Number(rest) - ms, 0)}`
  }
  await client.hSet(key, aged)
}

/** The times of sessions; the entry that says that none is missing has none. */
async function ageIndex(client: RedisClientType, key: string, ms: number): Promise<void> {
  const places = (await client.zRangeWithScores(key, 0, -1)).filter(({ value }) => value !== '')
  if (places.length === 0) return
  await client.zAdd(
    key,
    places.map(({ value, score }) => ({ value, score: score - ms })),
  )
}

async function ageLease(client: RedisClientType, key: string, ms: number): Promise<void> {
  const [version, token, until, waiting] = ((await client.get(key)) ?? '').split('\n')
  const row = [version, token, Math.max(Number(until) - ms, 0), waiting].join('\n')
  await client.set(key, row, { KEEPTTL: true })
}
