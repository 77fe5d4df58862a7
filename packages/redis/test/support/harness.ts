import type { StoreHarness } from '@sessions/core/conformance'
import { RedisStore } from '@sessions/redis'
import { afterAll } from 'vitest'
import { connectTo, type Place } from './clients.ts'
import { SteadyPlace } from './primaries.ts'

export const capabilities: StoreHarness['capabilities'] = {
  durable: true,
  multiProcess: true,
  ttl: true,
  list: true,
  transactions: true,
}

/** A harness on what is there, under a prefix of its own. */
export async function storeHarness(
  name: string,
  place: Place,
  options: { times?: boolean; notify?: boolean; index?: boolean } = {},
): Promise<StoreHarness> {
  const keyPrefix = `kit:${name}`
  const client = await connectTo(place)
  const steady = new SteadyPlace(place)
  afterAll(async () => {
    await Promise.all([client.close(), steady.close()])
  })
  return {
    name: `RedisStore (${name})`,
    open: async () => new RedisStore({ client, keyPrefix, ttl: 3_600, ...options }),
    reset: () => steady.clear(keyPrefix),
    advance: (ms) => steady.age(keyPrefix, ms),
    worker: {
      module: new URL('../open.ts', import.meta.url).href,
      export: 'openStore',
      options: { place, keyPrefix, ...options },
    },
    capabilities,
  }
}
