import { startPgBouncer, startPostgres } from '@sessions/test-servers'
import { Client } from 'pg'
import { expect, it } from 'vitest'

it('leads many clients to the database over few connections, a transaction at a time', async () => {
  await using postgres = await startPostgres()
  const url = await postgres.createDatabase()
  await using pool = await startPgBouncer(url)
  const clients = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const client = new Client({ connectionString: pool.url })
      await client.connect()
      return client
    }),
  )
  const backends = await Promise.all(
    clients.map(async (client) => {
      await client.query('BEGIN')
      const { rows } = await client.query('SELECT pg_backend_pid() AS pid, current_database() AS name')
      await client.query('COMMIT')
      return rows[0]
    }),
  )
  expect(new Set(backends.map(({ name }) => `/${name}`))).toEqual(new Set([new URL(url).pathname]))
  expect(new Set(backends.map(({ pid }) => pid)).size).toBeLessThanOrEqual(8)
  await Promise.all(clients.map((client) => client.end()))
})
