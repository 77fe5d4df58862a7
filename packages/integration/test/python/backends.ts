import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SessionStore } from '@sessions/core'
import { RedisStore } from '@sessions/redis'
import { SQLStore } from '@sessions/sql'
import { SQLiteStore } from '@sessions/sqlite'
import { startPostgres, startRedis } from '@sessions/test-servers'
import pg from 'pg'
import { createClient } from 'redis'
import { temporaryFile } from '../temporary-file.ts'

/** One store, as ours and as Python has it: what its sessions send, version 0.22.0. */
export interface SharedStore {
  readonly store: SessionStore
  readonly python: {
    add(sessionId: string, items: readonly object[]): Promise<void>
    items(sessionId: string): Promise<object[]>
  }
  close(): Promise<void>
}

const program = fileURLToPath(new URL('python_session.py', import.meta.url))

function sqlite(): Promise<SharedStore> {
  const path = temporaryFile('agents.db')
  const store = new SQLiteStore({ path })
  const python = (sessionId: string, command: string, input = ''): string =>
    execFileSync('python3', [program, path, sessionId, command], { input, encoding: 'utf8' })
  return Promise.resolve({
    store,
    python: {
      add: async (sessionId, items) => void python(sessionId, 'add', JSON.stringify(items)),
      items: async (sessionId) => JSON.parse(python(sessionId, 'items')),
    },
    close: () => store.close(),
  })
}

/** `SQLAlchemySession`, whose connections are in UTC. */
async function postgres(): Promise<SharedStore> {
  const server = await startPostgres()
  const url = await server.createDatabase()
  const store = new SQLStore({ url, createTables: true })
  await store.getSessionInfo('none')
  const pool = new pg.Pool({ connectionString: url, options: '-c timezone=UTC' })
  return {
    store,
    python: {
      async add(sessionId, items) {
        const client = await pool.connect()
        // Its times have a place in the order, so it must not come before what was just written.
        await client.query(
          `SELECT pg_sleep_for(updated_at - timezone('UTC', clock_timestamp()) + interval '2 milliseconds')
           FROM agent_sessions WHERE session_id = $1`,
          [sessionId],
        )
        await client.query('BEGIN')
        await client.query('INSERT INTO agent_sessions (session_id) VALUES ($1) ON CONFLICT DO NOTHING', [sessionId])
        for (const item of items) {
          const values = [sessionId, JSON.stringify(item)]
          await client.query('INSERT INTO agent_messages (session_id, message_data) VALUES ($1, $2)', values)
        }
        await client.query('UPDATE agent_sessions SET updated_at=CURRENT_TIMESTAMP WHERE session_id = $1', [sessionId])
        await client.query('COMMIT')
        client.release()
      },
      async items(sessionId) {
        const text = 'SELECT message_data FROM agent_messages WHERE session_id = $1 ORDER BY created_at, id'
        return (await pool.query(text, [sessionId])).rows.map((row) => JSON.parse(row.message_data))
      },
    },
    async close() {
      await pool.end()
      await store.close()
      await server.stop()
    },
  }
}

async function redis(): Promise<SharedStore> {
  const server = await startRedis()
  const store = new RedisStore({ url: server.url })
  const client = await createClient({ url: server.url }).connect()
  const key = (sessionId: string): string => `agents:session:${sessionId}`
  return {
    store,
    python: {
      async add(sessionId, items) {
        const now = String(Math.floor(Date.now() / 1000))
        await client
          .multi()
          .hSet(key(sessionId), { session_id: sessionId, created_at: now, updated_at: now })
          .rPush(
            `${key(sessionId)}:messages`,
            items.map((item) => JSON.stringify(item)),
          )
          .hSet(key(sessionId), 'updated_at', now)
          .exec()
      },
      async items(sessionId) {
        return (await client.lRange(`${key(sessionId)}:messages`, 0, -1)).map((text) => JSON.parse(text))
      },
    },
    async close() {
      client.destroy()
      await store.close()
      await server.stop()
    },
  }
}

export const sharedStores: Readonly<Record<string, () => Promise<SharedStore>>> = { sqlite, postgres, redis }
