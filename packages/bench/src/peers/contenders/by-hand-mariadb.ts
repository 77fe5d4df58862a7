import type { PoolConnection, RowDataPacket } from 'mysql2/promise'
import type { Contender, Item } from '../contender.ts'

const tables = [
  `CREATE TABLE IF NOT EXISTS agent_sessions (session_id varchar(255) PRIMARY KEY,
    created_at timestamp(3) DEFAULT current_timestamp(3), updated_at timestamp(3) DEFAULT current_timestamp(3))`,
  `CREATE TABLE IF NOT EXISTS agent_messages (id bigint AUTO_INCREMENT PRIMARY KEY, session_id varchar(255) NOT NULL,
    message_data longtext NOT NULL, created_at timestamp(3) DEFAULT current_timestamp(3), KEY in_order (session_id, id),
    FOREIGN KEY (session_id) REFERENCES agent_sessions (session_id) ON DELETE CASCADE)`,
]

const addSessions = `INSERT INTO agent_sessions (session_id) VALUES ? ON DUPLICATE KEY UPDATE updated_at = current_timestamp(3)`
const addMessages = 'INSERT INTO agent_messages (session_id, message_data) VALUES ?'
const touch = 'UPDATE agent_sessions SET updated_at = current_timestamp(3) WHERE session_id = ?'
const select = 'SELECT message_data FROM agent_messages WHERE session_id = ? ORDER BY id'
const newest = `${select} DESC LIMIT ?`
const remove = 'DELETE FROM agent_messages WHERE session_id = ? ORDER BY id DESC LIMIT 1 RETURNING message_data'

/** What somebody would write on mysql2: the same tables, a pool, a transaction for each write. */
export const contender: Contender = {
  name: 'by hand',
  backend: 'mariadb',
  packages: ['mysql2'],
  lacks: ['expiry'],
  note: 'A write is a transaction of two statements. For many sessions at once it is one.',
  async open(uri) {
    const { createPool } = await import('mysql2/promise')
    const pool = createPool({ uri })
    for (const table of tables) await pool.query(table)
    const transaction = async <T>(work: (connection: PoolConnection) => Promise<T>): Promise<T> => {
      const connection = await pool.getConnection()
      try {
        await connection.beginTransaction()
        const done = await work(connection)
        await connection.commit()
        return done
      } catch (error) {
        await connection.rollback()
        throw error
      } finally {
        connection.release()
      }
    }
    const add = (sessionIds: readonly string[], messages: readonly [string, Item][]): Promise<void> =>
      transaction(async (connection) => {
        await connection.query(addSessions, [sessionIds.map((sessionId) => [sessionId])])
        await connection.query(addMessages, [messages.map(([sessionId, item]) => [sessionId, JSON.stringify(item)])])
      })
    const itemsOf = (rows: RowDataPacket[]): Item[] => rows.map(({ message_data }) => JSON.parse(message_data))
    const read = async (text: string, values: unknown[]): Promise<Item[]> =>
      itemsOf((await pool.query<RowDataPacket[]>(text, values))[0])
    return {
      append: (sessionId, items) =>
        add(
          [sessionId],
          items.map((item) => [sessionId, item]),
        ),
      appendEach: (sessionIds, item) =>
        add(
          sessionIds,
          sessionIds.map((sessionId) => [sessionId, item]),
        ),
      all: (sessionId) => read(select, [sessionId]),
      last: async (sessionId, count) => (await read(newest, [sessionId, count])).reverse(),
      pop: (sessionId) =>
        transaction(async (connection) => {
          await connection.query(touch, [sessionId])
          return itemsOf((await connection.query<RowDataPacket[]>(remove, [sessionId]))[0])[0]
        }),
      close: () => pool.end(),
    }
  },
}
