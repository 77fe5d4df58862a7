import type { Contender, Item } from '../contender.ts'
import { safeWhen } from '../pragmas.ts'

const tables = `
  CREATE TABLE IF NOT EXISTS agent_sessions (session_id TEXT PRIMARY KEY, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
  CREATE TABLE IF NOT EXISTS agent_messages (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL,
    message_data TEXT NOT NULL, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (session_id) REFERENCES agent_sessions (session_id) ON DELETE CASCADE);
  CREATE INDEX IF NOT EXISTS idx_agent_messages_session_id ON agent_messages (session_id, id);`

/** What somebody would write on better-sqlite3 in an afternoon: Python's tables, the same settings, prepared statements. */
export const contender: Contender = {
  name: 'by hand',
  backend: 'sqlite',
  packages: ['better-sqlite3'],
  lacks: ['expiry'],
  note: 'For many sessions at once it writes one transaction.',
  async open(path) {
    const { default: Database } = await import('better-sqlite3')
    const database = new Database(path)
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.exec(tables)
    const addSession = database.prepare('INSERT OR IGNORE INTO agent_sessions (session_id) VALUES (?)')
    const addMessage = database.prepare('INSERT INTO agent_messages (session_id, message_data) VALUES (?, ?)')
    const touch = database.prepare('UPDATE agent_sessions SET updated_at = CURRENT_TIMESTAMP WHERE session_id = ?')
    const select = 'SELECT message_data FROM agent_messages WHERE session_id = ? ORDER BY id'
    const all = database.prepare(select).pluck()
    const newest = database.prepare(`${select} DESC LIMIT ?`).pluck()
    const remove = database
      .prepare(
        `DELETE FROM agent_messages WHERE id = (SELECT max(id) FROM agent_messages WHERE session_id = ?)
          RETURNING message_data`,
      )
      .pluck()
    const add = (sessionId: string, items: readonly Item[]): void => {
      addSession.run(sessionId)
      for (const item of items) addMessage.run(sessionId, JSON.stringify(item))
      touch.run(sessionId)
    }
    const append = database.transaction(add).immediate
    const appendEach = database.transaction((sessionIds: readonly string[], item: Item) => {
      for (const sessionId of sessionIds) add(sessionId, [item])
    }).immediate
    const take = database.transaction((sessionId: string) => {
      const record = remove.get(sessionId)
      if (record !== undefined) touch.run(sessionId)
      return record
    }).immediate
    const parsed = (record: unknown): Item => JSON.parse(String(record))
    return {
      settings: () => safeWhen((name) => database.pragma(name, { simple: true })),
      append: async (sessionId, items) => append(sessionId, items),
      appendEach: async (sessionIds, item) => appendEach(sessionIds, item),
      all: async (sessionId) => all.all(sessionId).map(parsed),
      last: async (sessionId, count) => newest.all(sessionId, count).reverse().map(parsed),
      pop: async (sessionId) => {
        const record = take(sessionId)
        return record === undefined ? undefined : parsed(record)
      },
      close: async () => database.close(),
    }
  },
}
