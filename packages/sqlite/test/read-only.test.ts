import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFile } from './support/folder.ts'

const item = (content: string) => ({ role: 'user', content }) as const

/** Permissions do not bind root, so a process without its rights opens the file. */
async function openUnprivileged(path: string): Promise<Record<string, unknown>> {
  for (const suffix of ['', '-wal', '-shm']) {
    try {
      chmodSync(path + suffix, 0o444)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  chmodSync(dirname(path), 0o555)
  onTestFinished(() => chmodSync(dirname(path), 0o755))
  const child = fork(new URL('./programs/open-unprivileged.ts', import.meta.url), [path])
  const [report] = await once(child, 'message')
  return report as Record<string, unknown>
}

const readable = {
  items: [item('1'), item('2')],
  listed: ['a'],
  write: { code: 'SESSION_BACKEND', message: expect.stringMatching(/read-only: give the process write permission/) },
}

describe('a file that cannot be written, in a folder that cannot', () => {
  it('can be read after it was closed', async () => {
    const path = temporaryFile()
    const writer = new SQLiteSession({ sessionId: 'a', path })
    await writer.addItems([item('1'), item('2')])
    await writer.close()
    expect(await openUnprivileged(path)).toMatchObject(readable)
  })

  it('can be read while another process writes it, with what is only in its log', async () => {
    const path = temporaryFile()
    await using writer = new SQLiteSession({ sessionId: 'a', path })
    await writer.addItems([item('1'), item('2')])
    expect(await openUnprivileged(path)).toMatchObject(readable)
  })

  it('can be read where it has no log', async () => {
    const path = temporaryFile()
    const writer = new SQLiteSession({ sessionId: 'a', path })
    await writer.addItems([item('1'), item('2')])
    await writer.close()
    const database = new Database(path)
    database.pragma('journal_mode = DELETE')
    database.close()
    expect(await openUnprivileged(path)).toMatchObject(readable)
  })

  it('can be read where Python alone has written it', async () => {
    const path = temporaryFile()
    const database = new Database(path)
    database.exec(`
      CREATE TABLE agent_sessions (session_id TEXT PRIMARY KEY, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
        updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
      CREATE TABLE agent_messages (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL,
        message_data TEXT NOT NULL, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
      INSERT INTO agent_sessions (session_id) VALUES ('a');`)
    const insert = database.prepare("INSERT INTO agent_messages (session_id, message_data) VALUES ('a', ?)")
    for (const content of ['1', '2']) insert.run(JSON.stringify(item(content)))
    database.close()
    expect(await openUnprivileged(path)).toMatchObject(readable)
  })
})

it("can be read through a caller's own read-only Database", async () => {
  const path = temporaryFile()
  await using writer = new SQLiteSession({ sessionId: 'a', path })
  await writer.addItems([item('1')])
  const database = new Database(path, { readonly: true })
  await using store = new SQLiteStore({ database })
  expect(await store.session('a').getItems()).toEqual([item('1')])
  await expect(store.session('a').addItems([item('2')])).rejects.toThrow(/read-only/)
  database.close()
})
