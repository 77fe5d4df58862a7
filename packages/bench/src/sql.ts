import { SQLSession } from '@sessions/sql'
import { startPostgres } from '@sessions/test-servers'
import { Client } from 'pg'
import { compare, report } from './compare.ts'

interface Item {
  role: string
  content: string
}

/** What somebody would write on pg: the same tables, one connection, one prepared statement for each call. */
class ByHand {
  readonly #client: Client
  readonly #sessionId: string

  constructor(client: Client, sessionId: string) {
    this.#client = client
    this.#sessionId = sessionId
  }

  async addItems(items: Item[]): Promise<void> {
    await this.#client.query({
      name: 'append',
      text: `WITH session AS (
          INSERT INTO agent_sessions (session_id) VALUES ($1)
          ON CONFLICT (session_id) DO UPDATE SET updated_at = timezone('UTC', clock_timestamp())
          RETURNING session_id, updated_at)
        INSERT INTO agent_messages (session_id, message_data, created_at)
        SELECT session_id, item.record, updated_at
        FROM session, unnest($2::text[]) WITH ORDINALITY AS item (record, position) ORDER BY position`,
      values: [this.#sessionId, items.map((item) => JSON.stringify(item))],
    })
  }

  async getItems(limit: number): Promise<Item[]> {
    const { rows } = await this.#client.query<{ message_data: string }>({
      name: 'newest',
      text: `SELECT message_data FROM agent_messages WHERE session_id = $1
        ORDER BY created_at DESC, id DESC LIMIT $2`,
      values: [this.#sessionId, limit],
    })
    return rows.reverse().map(({ message_data }) => JSON.parse(message_data))
  }
}

function items(count: number): Item[] {
  return Array.from({ length: count }, (_, index) => ({ role: 'user', content: `message ${index} `.repeat(15) }))
}

/** On a Postgres that does not wait for its disk, so that nothing hides what we cost. */
export async function run(): Promise<boolean> {
  await using server = await startPostgres({ own: true, settings: { autovacuum: 'on' } })
  const url = await server.createDatabase()
  const ours = new SQLSession<Item>({ sessionId: 'ours', url, createTables: true })
  const client = new Client({ connectionString: url })
  await client.connect()
  const byHand = new ByHand(client, 'by hand')
  for (const session of [ours, byHand]) {
    for (let batch = 0; batch < 100; batch++) await session.addItems(items(100))
  }
  await client.query('VACUUM ANALYZE')
  const [one, ten] = [items(1), items(10)]
  const comparisons = [
    await compare('last 20 of 10,000', 4_000, { ours: () => ours.getItems(20), byHand: () => byHand.getItems(20) }),
    await compare('append 1', 4_000, { ours: () => ours.addItems(one), byHand: () => byHand.addItems(one) }),
    await compare('append 10', 2_000, { ours: () => ours.addItems(ten), byHand: () => byHand.addItems(ten) }),
  ]
  await ours.close()
  await client.end()
  return report(comparisons, 1 / 1.3)
}
