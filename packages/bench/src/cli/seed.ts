import { existsSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'

/** How much there is. */
export interface Size {
  sessions: number
  items: number
}

/** Conversations that are had at the same time: their items lie between one another, as they do in a store that is in use. */
const atOnce = 100
/** Items that are written one after the other. */
const turn = 4
/** One item of so many is of 100 KB. */
const fewLarge = 5_000
const days = 200

/** A file with so many sessions, which is kept for the next run. The oldest of them has a hundredth of all items; half are older than 100 days. */
export async function seed({ sessions, items }: Size): Promise<string> {
  const path = join(tmpdir(), `sessions-bench-${sessions}-${items}.db`)
  if (existsSync(path)) return path
  const part = `${path}.part`
  for (const suffix of ['', '-wal', '-shm']) rmSync(part + suffix, { force: true })
  {
    await using store = new SQLiteStore({ path: part })
    await store.ping()
  }
  const database = new Database(part)
  database.pragma('synchronous = OFF')
  database.transaction(() => fill(database, { sessions, items }))()
  database.pragma('wal_checkpoint(TRUNCATE)')
  database.close()
  renameSync(part, path)
  return path
}

function fill(database: Database.Database, { sessions, items }: Size): void {
  const session = database.prepare('INSERT INTO agent_sessions (session_id, created_at, updated_at) VALUES (?, ?, ?)')
  const insert = 'INSERT INTO agent_messages (session_id, message_data, created_at) VALUES (?, ?, ?)'
  const message = database.prepare(insert)
  const metadata = database.prepare(`INSERT INTO ${metadataTable(database)} (session_id, key, value) VALUES (?, ?, ?)`)
  const [begin, large] = [Date.now() - days * 86_400_000, Math.floor(items / 100)]
  const average = (items - large) / (sessions - 1)
  let [made, rest] = [0, items - large]
  for (let first = 0; first < sessions; first += atOnce) {
    const last = Math.min(sessions, first + atOnce)
    const left = new Map<string, number>()
    for (let index = first; index < last; index++) {
      const spread = index === sessions - 1 ? rest : Math.round(average * (0.2 + ((index * 37) % 161) / 100))
      const count = index === 0 ? large : Math.min(rest, spread)
      if (index > 0) rest -= count
      const [id, at] = [idOf(index), timeOf(begin + ((index + 1) / (sessions + 1)) * days * 86_400_000)]
      session.run(id, at, at)
      metadata.run(id, '"userId"', JSON.stringify(`user ${index % 1_000}`))
      left.set(id, count)
    }
    const at = timeOf(begin + (first / sessions) * days * 86_400_000).slice(0, 19)
    while (left.size > 0) {
      for (const [id, count] of left) {
        for (let n = 0; n < Math.min(turn, count); n++) message.run(id, itemOf(made++), at)
        if (count > turn) left.set(id, count - turn)
        else left.delete(id)
      }
    }
  }
}

/** Ids whose order is not the one in which they were made. */
function idOf(index: number): string {
  return `conversation-${(Math.imul(index + 1, 0x9e37_79b1) >>> 0).toString(16).padStart(8, '0')}-${index}`
}

function itemOf(index: number): string {
  const size = index % fewLarge === fewLarge - 1 ? 100_000 : 40 + ((index * 31) % 240)
  return `{"role":"user","content":"${`message ${index} `.repeat(Math.ceil(size / 14)).slice(0, size)}"}`
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').slice(0, 23)
}

function metadataTable(database: Database.Database): string {
  const sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%metadata'"
  return String(database.prepare(sql).pluck().get())
}

/** Two sessions of two items, each of 16 MiB. */
export async function seedLarge(path: string): Promise<void> {
  await using store = new SQLiteStore({ path })
  for (const id of ['one', 'two']) {
    for (let n = 0; n < 2; n++) {
      await store.session(id).addItems([{ role: 'user', content: `${n}`.repeat(16 * 2 ** 20 - 100) }])
    }
  }
}
