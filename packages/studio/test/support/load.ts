import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { AgentInputItem } from '@sessions/core'
import { SQLiteStore } from '@sessions/sqlite'
import type { Comparison, EntriesPage, Outline, SessionsPage } from '../../src/shared/api.ts'
import { ask, cookieOf } from './ask.ts'
import { Running } from './bin.ts'
import { Folder } from './studio.ts'

export interface Load {
  /** How many sessions there are, with one entry each. */
  sessions: number
  /** How many entries a long one has, and its fork. */
  entries: number
  /** How many pages of the listing are read, of 100 sessions each. */
  pages: number
}

export interface Peak {
  /** Of the server's process alone, in MiB: at the link, and the most that it ever had. */
  started: number
  most: number
  requests: number
}

/** Starts a studio as people do, on a store so large, reads all its pages, and tells what memory its process took. On Linux alone. */
export async function peakOf(load: Load): Promise<Peak> {
  using folder = new Folder()
  const file = folder.file('large.db')
  await fill(file, load)
  await using running = await Running.start([`sqlite:${file}`])
  const started = mostMiB(running.pid)
  const requests = await readAll(running, load)
  return { started, most: mostMiB(running.pid), requests }
}

/** The high-water mark of its resident set, as proc(5) has it. */
function mostMiB(pid: number): number {
  const [, kibibytes = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) / 1024
}

/** By statements of its own: through the store, a million sessions take minutes. */
async function fill(path: string, { sessions, entries }: Load): Promise<void> {
  {
    await using store = new SQLiteStore({ path })
    const items = Array.from({ length: entries }, (_, index) => itemOf(index, entries))
    for (let from = 0; from < entries; from += 5_000)
      await store.session('long').addItems(items.slice(from, from + 5_000))
    await store.forkSession('long', 'fork')
    await store.session('fork').addItems([{ role: 'user', content: 'Another way.' }])
  }
  const database = new DatabaseSync(path)
  const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)'
  const time = `strftime('%Y-%m-%d %H:%M:%f', '2024-01-01', '+' || i || ' seconds')`
  const inserts = [
    `INSERT INTO agent_sessions (session_id, created_at, updated_at) ${numbers} SELECT 'user_' || i, ${time}, ${time} FROM n`,
    `INSERT INTO agent_messages (session_id, message_data, created_at)
     ${numbers} SELECT 'user_' || i, '{"role":"user","content":"What is the weather in Oslo, number ' || i || '?"}', ${time} FROM n`,
  ]
  database.exec('PRAGMA synchronous = OFF')
  for (const insert of inserts) database.prepare(insert).run(sessions)
  database.close()
}

/** A turn of four: a question, a call, its result, an answer. */
function itemOf(index: number, entries: number): AgentInputItem {
  const text = `${index} of ${entries}: ${'What is said in a conversation is of some length. '.repeat(6)}`
  const callId = `call_${index - (index % 4)}`
  const items: AgentInputItem[] = [
    { role: 'user', content: text },
    { type: 'function_call', callId, name: 'look', arguments: JSON.stringify({ text }), status: 'completed' },
    {
      type: 'function_call_result',
      callId,
      name: 'look',
      output: { type: 'text', text },
      status: 'completed',
    },
  ]
  return items[index % 4] ?? { role: 'assistant', status: 'completed', content: [{ type: 'output_text', text }] }
}

/** As a page would that somebody scrolls through: the listing, the history there and back, and all that is asked beside them. */
async function readAll(running: Running, { entries, pages }: Load): Promise<number> {
  let requests = 0
  const headers = { cookie: await cookieOf(running) }
  const get = async <T>(path: string): Promise<T> => {
    requests++
    const { status, body } = await ask(running.link, `/api/${path}`, { headers })
    if (status !== 200) throw new Error(`${path}: ${status} ${body}`)
    return JSON.parse(body) as T
  }
  const list = async (query: string, most = pages): Promise<void> => {
    let after = ''
    for (let page = 0; page < most; page++) {
      const { next } = await get<SessionsPage>(`sessions?limit=100&${query}${after}`)
      if (next === undefined) return
      after = `&after=${encodeURIComponent(next)}`
    }
  }
  const walk = async (from: string, next: (page: EntriesPage) => string | undefined): Promise<void> => {
    let read = 0
    for (let place: string | undefined = from; place !== undefined; ) {
      const page: EntriesPage = await get(`entries?id=long&limit=100&${place}`)
      read += page.entries.length
      place = next(page)
    }
    if (read !== entries) throw new Error(`${read} entries were read of ${entries}.`)
  }
  await Promise.all([
    list(''),
    list('prefix=user_1'),
    list('text=number%201000', 5),
    walk('', ({ entries: [first], older }) => (older ? `before=${first?.id}` : undefined)),
    walk('first=1', ({ entries: all, newer }) => (newer ? `after=${all.at(-1)?.id}` : undefined)),
  ])
  const outline = await get<Outline>('outline?id=long')
  if (outline.entries !== entries) throw new Error(`${outline.entries} entries were looked through of ${entries}.`)
  const { common } = await get<Comparison>('compare?id=long&other=fork')
  if (common !== entries) throw new Error(`${common} entries were the same of ${entries}.`)
  await Promise.all(['long', 'fork'].map((id) => get(`outline?id=${id}`)))
  return requests
}
