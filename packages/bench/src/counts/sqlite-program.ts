/** Makes the calls on a new file, in a process of its own, so that the system calls can be written down: `node sqlite-program.ts plain /tmp/folder`. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { EncryptedStore } from '@sessions/encrypted'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { readAll } from './measure.ts'

const [kind = '', folder = ''] = process.argv.slice(2)
const counts = { statements: 0, transactions: 0 }

function count(text: string): void {
  counts.statements++
  if (text.startsWith('BEGIN')) counts.transactions++
}

/** Lets the methods of all objects of a class count before they do what they did. */
function counting(prototype: object, names: readonly string[], textOf: (of: object, first: unknown) => string): void {
  for (const name of names) {
    const method = Reflect.get(prototype, name) as (...given: unknown[]) => unknown
    const counted = function (this: object, ...given: unknown[]): unknown {
      count(textOf(this, given[0]))
      return method.apply(this, given)
    }
    Reflect.set(prototype, name, counted)
  }
}

const probe = new Database(':memory:')
counting(Object.getPrototypeOf(probe.prepare('SELECT 1')), ['run', 'get', 'all', 'iterate'], (statement) => {
  return String(Reflect.get(statement, 'source'))
})
counting(Database.prototype, ['exec'], (_, text) => String(text))
probe.close()

let mark = 0
/** The look for a file of that name stands among the system calls. */
async function read(): Promise<{ mark: number; statements: number; transactions: number }> {
  existsSync(join(folder, `mark-${++mark}`))
  return { mark, ...counts }
}

/** 32 bytes; nothing that is kept is encrypted with it. */
const keyText = 'a key of a file that is soon gone'.slice(0, 32)
const plain = new SQLiteStore({ path: join(folder, 'sessions.db') })
const store =
  kind === 'plain'
    ? plain
    : new EncryptedStore({ store: plain, encryptionKey: { base64: Buffer.from(keyText).toString('base64') } })
const readings = await readAll({ store, read })
await store.close()
await plain.close()
const version = new Database(':memory:').prepare('SELECT sqlite_version()').pluck().get()
console.log(JSON.stringify({ version, readings }))
