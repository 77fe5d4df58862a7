import { startPostgres, startRedis } from '@sessions/test-servers'
import { afterAll } from 'vitest'

export interface Databases {
  DATABASE_URL: string
  REDIS_URL: string
}

/** Servers for quick starts. Each call of what it gives makes empty databases. */
export async function useServers(): Promise<() => Promise<Databases>> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis({ own: true })])
  afterAll(() => Promise.all([postgres.stop(), redis.stop()]))
  let databases = 0
  return async () => ({ DATABASE_URL: await postgres.createDatabase(), REDIS_URL: `${redis.url}/${databases++}` })
}
