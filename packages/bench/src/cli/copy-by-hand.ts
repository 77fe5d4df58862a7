/** A program: the rows of a SQLite file by `COPY` into the same tables of Postgres, as somebody would write it on pg. `<file> <url>` */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import Database from 'better-sqlite3'
import { Client } from 'pg'
import { from } from 'pg-copy-streams'

const [file = '', url = ''] = process.argv.slice(2)
const database = new Database(file, { readonly: true })
const client = new Client({ connectionString: url })
await client.connect()
await client.query('BEGIN')
for (const [table, columns] of [
  ['agent_sessions', 'session_id, created_at, updated_at'],
  ['agent_messages', 'session_id, message_data, created_at'],
]) {
  const rows = database.prepare(`SELECT ${columns} FROM ${table}`).raw().iterate() as IterableIterator<string[]>
  await pipeline(Readable.from(lines(rows)), client.query(from(`COPY ${table} (${columns}) FROM STDIN`)))
}
await client.query('COMMIT')
await client.end()

/** In portions, since a stream takes a while for each piece. */
function* lines(rows: Iterable<string[]>): Iterable<Buffer> {
  let text = ''
  for (const row of rows) {
    text += `${row.map((value) => value.replaceAll(/[\\\n\r\t]/g, escaped)).join('\t')}\n`
    if (text.length < 65_536) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(text)
}

function escaped(character: string): string {
  return { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character] ?? character
}
