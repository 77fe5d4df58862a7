import { QueryTypes, type Sequelize } from 'sequelize'
import { openSequelize } from './sequelize.ts'

/** What `SQLAlchemySession` 0.22.0 of the OpenAI Agents SDK for Python runs at its first use on Postgres. */
export const pythonTables = `
CREATE TABLE agent_sessions (
	session_id VARCHAR NOT NULL,
	created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL,
	updated_at TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL,
	PRIMARY KEY (session_id)
);
CREATE TABLE agent_messages (
	id SERIAL NOT NULL,
	session_id VARCHAR NOT NULL,
	message_data TEXT NOT NULL,
	created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(session_id) REFERENCES agent_sessions (session_id) ON DELETE CASCADE
);
CREATE INDEX idx_agent_messages_session_time ON agent_messages (session_id, created_at);`

/** Runs the statements of Python's `SQLAlchemySession`, on connections in UTC. */
export class Python {
  readonly #sequelize: Sequelize

  constructor(url: string) {
    this.#sequelize = openSequelize(url)
  }

  async add(sessionId: string, contents: readonly string[]): Promise<void> {
    await this.addItems(
      sessionId,
      contents.map((content) => ({ role: 'user', content })),
    )
  }

  async addItems(sessionId: string, items: readonly object[]): Promise<void> {
    await this.#sequelize.transaction(async (transaction) => {
      const replacements = { sessionId }
      const there = await this.#sequelize.query(
        'SELECT agent_sessions.session_id FROM agent_sessions WHERE agent_sessions.session_id = :sessionId',
        { transaction, replacements, type: QueryTypes.SELECT },
      )
      if (there.length === 0) {
        await this.#sequelize.query('INSERT INTO agent_sessions (session_id) VALUES (:sessionId)', {
          transaction,
          replacements,
        })
      }
      const rows = items.map((item) => [sessionId, JSON.stringify(item)])
      await this.#sequelize.query('INSERT INTO agent_messages (session_id, message_data) VALUES :rows', {
        transaction,
        replacements: { rows },
      })
      await this.#sequelize.query(
        'UPDATE agent_sessions SET updated_at=CURRENT_TIMESTAMP WHERE agent_sessions.session_id = :sessionId',
        { transaction, replacements },
      )
    })
  }

  /** Resolves once the clock of the server is past the last change of the session. */
  async afterwards(sessionId: string): Promise<void> {
    await this.#sequelize.query(
      `SELECT pg_sleep_for(updated_at - timezone('UTC', clock_timestamp()) + interval '2 milliseconds')
       FROM agent_sessions WHERE session_id = :sessionId`,
      { replacements: { sessionId }, type: QueryTypes.SELECT },
    )
  }

  /** A record as it is, in a session that is there. */
  async insert(sessionId: string, record: string): Promise<void> {
    await this.#sequelize.query('INSERT INTO agent_messages (session_id, message_data) VALUES (:sessionId, :record)', {
      replacements: { sessionId, record },
    })
  }

  async items<T = string>(
    sessionId: string,
    limit?: number,
    read: (record: string) => T = contentOf as (record: string) => T,
  ): Promise<T[]> {
    const newest = limit === undefined ? '' : 'DESC'
    const rows = await this.#sequelize.query<{ message_data: string }>(
      `SELECT agent_messages.message_data FROM agent_messages WHERE agent_messages.session_id = :sessionId
       ORDER BY agent_messages.created_at ${newest}, agent_messages.id ${newest} ${limit === undefined ? '' : 'LIMIT :limit'}`,
      { replacements: { sessionId, limit }, type: QueryTypes.SELECT },
    )
    const items = rows.map((row) => read(row.message_data))
    return limit === undefined ? items : items.reverse()
  }

  /** `undefined` also where someone else took the item first. */
  async pop(sessionId: string): Promise<string | undefined> {
    const rows = await this.#sequelize.query<{ message_data: string }>(
      `DELETE FROM agent_messages WHERE agent_messages.id = (SELECT agent_messages.id FROM agent_messages
         WHERE agent_messages.session_id = :sessionId
         ORDER BY agent_messages.created_at DESC, agent_messages.id DESC LIMIT 1)
       RETURNING agent_messages.message_data`,
      { replacements: { sessionId }, type: QueryTypes.SELECT },
    )
    return rows[0] && contentOf(rows[0].message_data)
  }

  async clear(sessionId: string): Promise<void> {
    await this.#sequelize.transaction(async (transaction) => {
      for (const table of ['agent_messages', 'agent_sessions']) {
        await this.#sequelize.query(`DELETE FROM ${table} WHERE ${table}.session_id = :sessionId`, {
          transaction,
          replacements: { sessionId },
        })
      }
    })
  }

  async close(): Promise<void> {
    await this.#sequelize.close()
  }
}

function contentOf(record: string): string {
  return String(JSON.parse(record).content)
}
