import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SQLiteSession } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { compare, report } from './compare.ts'

interface Item {
  role: string
  content: string
}

/** What somebody would write on better-sqlite3 in an afternoon: the same tables, the same settings, prepared statements. */
class ByHand {
  readonly #database: Database.Database
  readonly #sessionId: string
  readonly #append: (records: string[]) => void
  readonly #newest: Database.Statement
  readonly #all: Database.Statement

  constructor(path: string, sessionId: string) {
    this.#database = new Database(path)
    this.#sessionId = sessionId
    const addSession = this.#database.prepare('INSERT OR IGNORE INTO agent_sessions (session_id) VALUES (?)')
    const addMessage = this.#database.prepare('INSERT INTO agent_messages (session_id, message_data) VALUES (?, ?)')
    const touch = this.#database.prepare(
      'UPDATE agent_sessions SET updated_at = CURRENT_TIMESTAMP WHERE session_id = ?',
    )
    this.#append = this.#database.transaction((records: string[]) => {
      addSession.run(sessionId)
      for (const record of records) addMessage.run(sessionId, record)
      touch.run(sessionId)
    }).immediate
    const select = 'SELECT message_data FROM agent_messages WHERE session_id = ? ORDER BY id'
    this.#newest = this.#database.prepare(`${select} DESC LIMIT ?`).pluck()
    this.#all = this.#database.prepare(select).pluck()
  }

  /** Python's tables, with the settings that SQLiteSession uses. */
  static create(path: string): void {
    const database = new Database(path)
    database.pragma('journal_mode = WAL')
    database.exec(`
      CREATE TABLE agent_sessions (session_id TEXT PRIMARY KEY, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
        updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
      CREATE TABLE agent_messages (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL, message_data TEXT NOT NULL,
        created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
        FOREIGN KEY (session_id) REFERENCES agent_sessions (session_id) ON DELETE CASCADE);
      CREATE INDEX idx_agent_messages_session_id ON agent_messages (session_id, id);`)
    database.close()
  }

  useFullSync(): void {
    this.#database.pragma('synchronous = FULL')
  }

  addItems(items: Item[]): void {
    this.#append(items.map((item) => JSON.stringify(item)))
  }

  getItems(limit?: number): Item[] {
    if (limit === undefined) return this.#all.all(this.#sessionId).map((record) => JSON.parse(record as string))
    return this.#newest
      .all(this.#sessionId, limit)
      .reverse()
      .map((record) => JSON.parse(record as string))
  }

  close(): void {
    this.#database.close()
  }
}

function items(count: number): Item[] {
  return Array.from({ length: count }, (_, index) => ({ role: 'user', content: `message ${index} `.repeat(15) }))
}

export async function run(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'sessions-bench-'))
  const open = async (
    history: number,
  ): Promise<{ ours: SQLiteSession<Item>; byHand: ByHand; close(): Promise<void> }> => {
    const paths = [join(folder, `ours-${history}.db`), join(folder, `by-hand-${history}.db`)] as const
    const ours = new SQLiteSession<Item>({ sessionId: 'bench', path: paths[0] })
    ByHand.create(paths[1])
    const byHand = new ByHand(paths[1], 'bench')
    byHand.useFullSync()
    await ours.addItems(items(history))
    byHand.addItems(items(history))
    return {
      ours,
      byHand,
      close: async () => {
        await ours.close()
        byHand.close()
      },
    }
  }
  const [long, short] = [await open(10_000), await open(1_000)]
  const [one, ten] = [items(1), items(10)]
  const comparisons = [
    await compare('last 20 of 10,000', 4_000, {
      ours: () => long.ours.getItems(20),
      byHand: () => long.byHand.getItems(20),
    }),
    await compare('all 1,000', 1_000, { ours: () => short.ours.getItems(), byHand: () => short.byHand.getItems() }),
    await compare('append 1', 2_000, {
      ours: () => short.ours.addItems(one),
      byHand: () => short.byHand.addItems(one),
    }),
    await compare('append 10', 2_000, {
      ours: () => short.ours.addItems(ten),
      byHand: () => short.byHand.addItems(ten),
    }),
  ]
  await long.close()
  await short.close()
  rmSync(folder, { recursive: true })
  return report(comparisons, 0.8)
}
