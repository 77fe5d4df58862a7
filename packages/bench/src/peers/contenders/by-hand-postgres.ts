import type { Contender, Item } from '../contender.ts'

const tables = `
  CREATE TABLE IF NOT EXISTS agent_sessions (session_id text PRIMARY KEY, created_at timestamp DEFAULT timezone('UTC', now()),
    updated_at timestamp DEFAULT timezone('UTC', now()));
  CREATE TABLE IF NOT EXISTS agent_messages (id bigserial PRIMARY KEY,
    session_id text NOT NULL REFERENCES agent_sessions ON DELETE CASCADE, message_data text NOT NULL, created_at timestamp);
  CREATE INDEX IF NOT EXISTS agent_messages_order ON agent_messages (session_id, id)`

const append = `
  WITH session AS (
    INSERT INTO agent_sessions (session_id) VALUES ($1)
    ON CONFLICT (session_id) DO UPDATE SET updated_at = timezone('UTC', clock_timestamp()) RETURNING session_id, updated_at)
  INSERT INTO agent_messages (session_id, message_data, created_at)
  SELECT session_id, item.record, updated_at
  FROM session, unnest($2::text[]) WITH ORDINALITY AS item (record, position) ORDER BY position`

const appendEach = `
  WITH session AS (
    INSERT INTO agent_sessions (session_id) SELECT id FROM unnest($1::text[]) AS id ORDER BY id
    ON CONFLICT (session_id) DO UPDATE SET updated_at = timezone('UTC', clock_timestamp()) RETURNING session_id, updated_at)
  INSERT INTO agent_messages (session_id, message_data, created_at) SELECT session_id, $2, updated_at FROM session`

const select = 'SELECT message_data FROM agent_messages WHERE session_id = $1 ORDER BY id'

const pop = `
  WITH touched AS (
    UPDATE agent_sessions SET updated_at = timezone('UTC', clock_timestamp()) WHERE session_id = $1 RETURNING session_id)
  DELETE FROM agent_messages
  WHERE id = (SELECT max(id) FROM agent_messages WHERE session_id = (SELECT session_id FROM touched)) RETURNING message_data`

/** What somebody would write on pg: the same tables, a pool, one prepared statement for each call. */
export const contender: Contender = {
  name: 'by hand',
  backend: 'postgres',
  packages: ['pg'],
  lacks: ['expiry'],
  note: 'For many sessions at once it sends one statement.',
  async open(url) {
    const { default: pg } = await import('pg')
    const pool = new pg.Pool({ connectionString: url })
    await pool.query(tables)
    const query = async (name: string, text: string, values: unknown[]): Promise<Item[]> => {
      const { rows } = await pool.query<{ message_data: string }>({ name, text, values })
      return rows.map(({ message_data }) => JSON.parse(message_data))
    }
    return {
      append: (sessionId, items) => query('append', append, [sessionId, items.map((item) => JSON.stringify(item))]),
      appendEach: (sessionIds, item) => query('append each', appendEach, [sessionIds, JSON.stringify(item)]),
      all: (sessionId) => query('all', select, [sessionId]),
      last: async (sessionId, count) => (await query('last', `${select} DESC LIMIT $2`, [sessionId, count])).reverse(),
      pop: async (sessionId) => (await query('pop', pop, [sessionId]))[0],
      close: () => pool.end(),
    }
  },
}
