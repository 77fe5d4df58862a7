import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SessionStore } from '@sessions/core'
import { RedisStore } from '@sessions/redis'
import { SQLStore } from '@sessions/sql'
import { SQLiteStore } from '@sessions/sqlite'
import { startPostgres, startRedis } from '@sessions/test-servers'
import { createClient } from 'redis'
import { Python } from '../../../sql/test/support/python.ts'
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

async function postgres(): Promise<SharedStore> {
  const server = await startPostgres()
  const url = await server.createDatabase()
  const store = new SQLStore({ url, createTables: true })
  await store.getSessionInfo('none')
  const python = new Python(url)
  return {
    store,
    python: {
      async add(sessionId, items) {
        await python.afterwards(sessionId)
        await python.addItems(sessionId, items)
      },
      items: (sessionId) => python.items(sessionId, undefined, (record): object => JSON.parse(record)),
    },
    async close() {
      await python.close()
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
