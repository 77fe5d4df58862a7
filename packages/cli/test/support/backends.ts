import { startMariaDB, startMySQL, startPostgres, startRedis, startRedisCluster } from '@sessions/test-servers'

export interface Server {
  url: string
  stop(): Promise<void>
}

/** A database of its own on each, as people write its url. */
export const backends: Readonly<Record<string, () => Promise<Server | undefined>>> = {
  Postgres: async () => await withDatabase(await startPostgres()),
  MariaDB: async () => await withDatabase(await startMariaDB()),
  MySQL: async () => await withDatabase(await startMySQL()),
  Redis: async () => await startRedis(),
  'Redis Cluster': async () => {
    const cluster = await startRedisCluster()
    const hosts = cluster.rootNodes.map(({ url }) => new URL(url).host).join(',')
    return { url: `redis+cluster://${hosts}`, stop: () => cluster.stop() }
  },
}

/** None where a machine has no such server. */
async function withDatabase(
  server: (Server & { createDatabase(): Promise<string> }) | undefined,
): Promise<Server | undefined> {
  if (server === undefined) return undefined
  return { url: await server.createDatabase(), stop: () => server.stop() }
}
