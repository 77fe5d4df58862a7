import { startMariaDB, startPostgres, startRedis } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import { all } from './matrix.ts'

export type Server = 'postgres' | 'mariadb' | 'mysql' | 'redis'

/** Servers for quick starts. Each call of what it gives makes an empty database, and resolves to its URL. */
export async function useServers(): Promise<(server: Server) => Promise<string>> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis({ own: true })])
  const mariadb = all ? await startMariaDB() : undefined
  afterAll(() => Promise.all([postgres.stop(), redis.stop(), mariadb?.stop()]))
  let redisDatabases = 0
  return async (server) => {
    if (server === 'redis') return `${redis.url}/${redisDatabases++}`
    if (server === 'postgres') return postgres.createDatabase()
    if (mariadb === undefined) throw new Error('MariaDB is started for the whole matrix only.')
    const url = await mariadb.createDatabase()
    return url.replace(/^\w+:/, `${server}:`)
  }
}
