import { EncryptedStore } from '@sessions/encrypted'
import { SQLStore } from '@sessions/sql'
import { startPostgres } from '@sessions/test-servers'
import { Pool } from 'pg'
import { afterAll, expect, it } from 'vitest'

const postgres = await startPostgres()
const pool = new Pool({ connectionString: await postgres.createDatabase() })
afterAll(async () => {
  await pool.end()
  await postgres.stop()
})

it('is part of a transaction of the caller, as the store beneath is, and remembers nothing that was undone', async () => {
  const encryptionKey = 'correct horse battery staple, long enough'
  const items = [{ role: 'user', content: 'a' }] as const
  const store = new SQLStore({ pool, createTables: true })
  const outer = new EncryptedStore({ store, encryptionKey })
  expect(await outer.session('a').getItems()).toEqual([])
  for (const end of ['ROLLBACK', 'COMMIT']) {
    const client = await pool.connect()
    await client.query('BEGIN')
    const joined = new EncryptedStore({ store: store.using(client), encryptionKey })
    await joined.session('a').addItems(items)
    expect(await joined.session('a').getItems()).toEqual(items)
    expect(await outer.session('a').getItems()).toEqual([])
    await joined.close()
    await client.query(end)
    client.release()
    expect(await outer.session('a').getItems()).toEqual(end === 'COMMIT' ? items : [])
  }
  const { rows } = await pool.query('SELECT message_data FROM agent_messages')
  expect(JSON.stringify(rows)).not.toContain('role')
})
