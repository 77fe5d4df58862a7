import { RedisStore, type RedisStoreOptions } from '@sessions/redis'
import { type RedisServer, startRedis } from '@sessions/test-servers'
import type { RedisClientType } from 'redis'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { connectTo, type TestClient } from './clients.ts'

/** A server of the test file's own, and a plain connection to it; empty before each test. */
export function useRedis(settings: Record<string, string> = {}): {
  readonly url: string
  readonly server: RedisServer
  readonly plain: RedisClientType
  open(options?: Partial<RedisStoreOptions>): RedisStore
} {
  let server: RedisServer
  let plain: TestClient
  const stores: RedisStore[] = []
  beforeAll(async () => {
    server = await startRedis({ own: true, settings })
    plain = await connectTo({ kind: 'single', url: server.url })
  })
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()))
    await (plain as RedisClientType).flushAll()
  })
  afterAll(async () => {
    plain.destroy()
    await server.stop()
  })
  return {
    get url() {
      return server.url
    },
    get server() {
      return server
    },
    get plain() {
      return plain as RedisClientType
    },
    open(options = {}) {
      const place = options.client === undefined ? { url: server.url } : {}
      const store = new RedisStore({ ...place, ...options })
      stores.push(store)
      return store
    },
  }
}
