import { SQLStore } from '@sessions/sql'
import { startMariaDB, startPostgres } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import { certify } from './support/certify.ts'

const servers = await Promise.all([startPostgres(), startMariaDB()])
afterAll(() => Promise.all(servers.map((server) => server.stop())))
const [postgres, mariadb] = await Promise.all(servers.map((server) => server.createDatabase()))

for (const [name, url = ''] of Object.entries({ Postgres: postgres, MariaDB: mariadb })) {
  const store = new SQLStore({ url, createTables: true })
  afterAll(() => store.close())
  certify({
    name: `SQLStore (${name})`,
    open: () => new SQLStore({ url, createTables: true }),
    reset: async () => {
      await store.deleteSessions({ updatedAfter: new Date(0) })
    },
    worker: { module: new URL('./open.ts', import.meta.url).href, export: 'openSQL', options: { url } },
    capabilities: { durable: true, multiProcess: true, ttl: false, list: true, transactions: true },
  })
}
