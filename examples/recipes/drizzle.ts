// Drizzle and the conversations on one pool, and in one transaction where they belong together.
//   DATABASE_URL=postgres://localhost/shop node examples/recipes/drizzle.ts
import { SQLStore } from '@sessions/sql'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import pg from 'pg'

const orders = pgTable('orders', { id: text().primaryKey(), pieces: integer().notNull() })
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const db = drizzle({ client: pool })
const store = new SQLStore({ pool, createTables: true })
await store.ping()
await db.execute('CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, pieces INTEGER NOT NULL CHECK (pieces > 0))')

/** The order and what was said of it are there together, or neither is. */
async function order(sessionId: string, id: string, pieces: number): Promise<void> {
  const client = await pool.connect()
  try {
    // Drizzle begins and ends the transaction on this client, so that is the one to share.
    await drizzle({ client }).transaction(async (transaction) => {
      await store
        .using(client)
        .session(sessionId)
        .addItems([{ role: 'user', content: `${pieces} of these: ${id}.` }])
      await transaction.insert(orders).values({ id, pieces })
    })
  } finally {
    client.release()
  }
}

await order('ada', 'order_1', 2)
const refused = await order('ada', 'order_2', 0).catch(() => 'refused')
console.log(refused, await db.select().from(orders), await store.session('ada').getItems())
await store.close()
await pool.end()
