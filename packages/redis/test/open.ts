import { RedisStore, type RedisStoreOptions } from '@sessions/redis'
import { connectTo, type Place } from './support/clients.ts'

/** What the kit's child processes open. */
export async function openStore({ place, ...options }: RedisStoreOptions & { place: Place }): Promise<RedisStore> {
  return new RedisStore({ client: await connectTo(place), ...options })
}
