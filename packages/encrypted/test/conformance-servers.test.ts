import { RedisStore } from '@sessions/redis'
import { SQLStore } from '@sessions/sql'
import { leftOut, startMariaDB, startPostgres, startRedis } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import { type Backend, certify } from './support/certify.ts'

const [postgres, mariadb, redis] = await Promise.all([startPostgres(), startMariaDB(), startRedis({ own: true })])
afterAll(() => Promise.all([postgres, mariadb, redis].map((server) => server.stop())))
const sql = (url: string) => () => new SQLStore({ url, createTables: true })
const [first, second] = [await postgres.createDatabase(), await mariadb.createDatabase()]

const backends = [
  { name: 'SQLStore (Postgres)', open: sql(first), export: 'openSQL', url: first },
  { name: 'SQLStore (MariaDB)', open: sql(second), export: 'openSQL', url: second },
  { name: 'RedisStore', open: () => new RedisStore({ url: redis.url }), export: 'openRedis', url: redis.url },
]

for (const { name, open, export: exported, url } of backends) {
  const store = open()
  afterAll(() => store.close())
  const backend: Backend = {
    name,
    open,
    reset: async () => {
      await store.deleteSessions({ updatedAfter: new Date(0) })
    },
    worker: { module: new URL('./open.ts', import.meta.url).href, export: exported, options: { url } },
    capabilities: { durable: true, multiProcess: true, ttl: false, list: true, transactions: true },
  }
  certify(backend, { except: leftOut('client') })
}
