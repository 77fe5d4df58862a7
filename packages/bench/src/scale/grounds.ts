import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionStore } from '@sessions/core'
import { RedisStore } from '@sessions/redis'
import { SQLStore } from '@sessions/sql'
import { SQLiteStore } from '@sessions/sqlite'
import { startPostgres, startRedis } from '@sessions/test-servers'
import { Client } from 'pg'
import { createClient } from 'redis'

/** A new, empty store, and what it takes. */
export interface Ground extends AsyncDisposable {
  readonly store: SessionStore
  /** The same sessions, as a store without an index of them finds them. */
  readonly unindexed?: SessionStore
  readonly server: string
  used(): Promise<{ diskBytes: number; serverBytes?: number }>
}

async function sqlite(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'sessions-scale-'))
  const path = join(folder, 'scale.db')
  const store = new SQLiteStore({ path })
  const size = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0
  return {
    store,
    server: '',
    used: async () => ({ diskBytes: size(path) + size(`${path}-wal`) }),
    async [Symbol.asyncDispose]() {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

async function postgres(): Promise<Ground> {
  const server = await startPostgres({ own: true, settings: { fsync: 'on', autovacuum: 'on' } })
  const url = await server.createDatabase()
  const store = new SQLStore({ url, createTables: true })
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
  return {
    store,
    server: `Postgres ${rows[0]?.server_version.split(' ')[0]}`,
    async used() {
      // As a server that has run for a while: autovacuum has been there.
      await client.query('VACUUM ANALYZE')
      const { rows } = await client.query<{ size: string }>('SELECT pg_database_size(current_database()) AS size')
      return { diskBytes: Number(rows[0]?.size) }
    },
    async [Symbol.asyncDispose]() {
      await store.close()
      await client.end()
      await server.stop()
    },
  }
}

async function redis(): Promise<Ground> {
  const server = await startRedis({ own: true, appendonly: true })
  const store = new RedisStore({ url: server.url, index: true })
  const unindexed = new RedisStore({ url: server.url })
  const client = await createClient({ url: server.url }).connect()
  const fieldOf = (text: string, name: string): string => new RegExp(`${name}:(\\S+)`).exec(text)?.[1] ?? ''
  return {
    store,
    unindexed,
    server: `Redis ${fieldOf(await client.info('server'), 'redis_version')}`,
    async used() {
      const diskBytes = Number(fieldOf(await client.info('persistence'), 'aof_current_size'))
      return { diskBytes, serverBytes: Number(fieldOf(await client.info('memory'), 'used_memory')) }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([store.close(), unindexed.close()])
      await client.close()
      await server.stop()
    },
  }
}

export const grounds: Readonly<Record<'sqlite' | 'postgres' | 'redis', () => Promise<Ground>>> = {
  sqlite,
  postgres,
  redis,
}
