import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MemorySession, MemoryStore, type SessionStore } from '@sessions/core'
import { EncryptedStore } from '@sessions/encrypted'
import { RedisSession, RedisStore } from '@sessions/redis'
import { SQLSession, SQLStore } from '@sessions/sql'
import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
import { startPostgres } from '@sessions/test-servers'
import { createClient } from 'redis'
import { afterAll, expect, it } from 'vitest'
import { temporaryFile } from './temporary-file.ts'

const postgres = await startPostgres()
afterAll(() => postgres.stop())
const url = await postgres.createDatabase()
/** As a program in JavaScript has a variable that nobody set. */
const unset = process.env.SESSIONS_NOBODY_SETS_THIS as string
const hello = [{ role: 'user', content: 'Hello' }] as const
const encryptionKey = 'correct horse battery staple'
const nothing = {} as never

/** A program of somebody whose package is of that type. */
function run(program: string, type = 'module'): void {
  const file = temporaryFile('hello.js')
  writeFileSync(`${dirname(file)}/package.json`, JSON.stringify({ type }))
  writeFileSync(file, program)
  execFileSync(process.execPath, [file], { encoding: 'utf8', stdio: 'pipe' })
}

/** What somebody does whose first minutes these are, under the beginning of what it is told. */
const provoked: Readonly<Record<string, () => unknown>> = {
  'SyntaxError: Cannot use import': () => run("import { MemorySession } from '@sessions/core'", 'commonjs'),
  'Error [ERR_MODULE_NOT_FOUND]': () => run("import { MemorySession } from '@sessions/core'"),
  'SQLStore takes one of': () => new SQLSession({ sessionId: 'a', url: unset }),
  'RedisStore takes one of': () => new RedisSession({ sessionId: 'a', url: unset }),
  'EncryptedStore takes one of': () => new EncryptedStore({ store: new MemoryStore(), encryptionKey: unset }),
  'path is undefined': () => new SQLiteSession({ sessionId: 'a', path: unset }),
  'SQLiteSession has no option': () => new SQLiteSession({ sessionId: 'a', ...{ file: 'a.db' } }),
  'sessionId must be a string': () => new SQLiteStore().session(7 as never),
  'url must begin with': () => new SQLSession({ sessionId: 'a', url: 'https://localhost/app' }),
  'url must be redis:': () => new RedisSession({ sessionId: 'a', url: 'localhost:6379' }),
  'pool must be a Pool': () => new SQLStore({ pool: nothing }),
  'client must be a client': () => new RedisStore({ client: nothing }),
  'The key "default"': () => new EncryptedStore({ store: new MemoryStore(), encryptionKey: 'secret' }),
  SESSION_SCHEMA_MISSING: () => new SQLSession({ sessionId: 'a', url }).getItems(),
  'SESSION_BACKEND: The driver of': () =>
    // In a process of its own: vitest looks for packages in its own way.
    run(`import { SQLSession } from '${import.meta.resolve('@sessions/sql')}'
      await new SQLSession({ sessionId: 'a', url: 'sqlite://localhost/app' }).getItems().catch(({ code, message }) => {
        console.error(code + ': ' + message)
        process.exitCode = 1
      })`),
  'SESSION_UNAVAILABLE: There is no connection to the database': () =>
    new SQLSession({ sessionId: 'a', url: 'postgres://localhost:1/app' }).getItems(),
  'SESSION_UNAVAILABLE: There is no connection to Redis': () =>
    new RedisSession({ sessionId: 'a', url: 'redis://localhost:1' }).getItems(),
  'SESSION_UNAVAILABLE: The server refused': () =>
    new SQLSession({ sessionId: 'a', url: url.replace(/(?<=\/\/)[^@]*/, 'nobody:wrong') }).getItems(),
  'SESSION_UNAVAILABLE: The database that': () =>
    new SQLSession({ sessionId: 'a', url: url.replace(/\/\w+$/, '/nothing_there') }).getItems(),
  'SESSION_UNAVAILABLE: The folder': () => new SQLiteSession({ sessionId: 'a', path: '/no/folder/a.db' }).getItems(),
  'SESSION_UNAVAILABLE: The client': () => new RedisStore({ client: createClient() }).session('a').getItems(),
  SESSION_ITEM_INVALID: () => new MemorySession({ sessionId: 'a' }).addItems([{ ...hello[0], content: 1n as never }]),
  SESSION_CLOSED: async () => {
    const session = new SQLiteSession({ sessionId: 'a' })
    await session.close()
    await session.getItems()
  },
  SESSION_IN_USE: async () => {
    const store = new MemoryStore()
    await store.session('a').acquire()
    await store.session('a').exclusive(async () => {}, { whenBusy: 'reject' })
  },
  SESSION_PLAINTEXT_REFUSED: () => readEncrypted((store) => store),
  SESSION_DECRYPT_FAILED: () =>
    readEncrypted((store) => new EncryptedStore({ store, encryptionKey: 'another horse battery staple' })),
}

/** Reads with encryption what was written with what `wrap` gives. */
async function readEncrypted(wrap: (store: MemoryStore) => SessionStore): Promise<void> {
  const store = new MemoryStore()
  await wrap(store)
    .session('a')
    .addItems([...hello])
  await new EncryptedStore({ store, encryptionKey }).session('a').getItems()
}

/** What somebody reads: of a program that ended, what it wrote; else the error, with its code where it has one. */
async function told(work: () => unknown): Promise<string> {
  const error = await Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      (error: Error & { code?: string; stderr?: string }) => error,
    )
  if (error === undefined) return 'nothing'
  if (error.stderr !== undefined) return error.stderr
  return `${/^SESSION_/.test(error.code ?? '') ? `${error.code}: ` : ''}${error.message}`
}

const page = readFileSync(fileURLToPath(new URL('../../../docs/first-minutes.md', import.meta.url)), 'utf8')
const messages = [...page.matchAll(/^\| `(.*?)` \|/gm)].map(([, message = '']) => message)
/** Of a Node that is too old: the tests of packed packages have one. */
const elsewhere = messages.filter((message) => message.includes(' needs Node '))

it('says of each message that is provoked here, and of no other', () => {
  const listed = messages.filter((message) => !elsewhere.includes(message))
  const unprovoked = listed.filter(
    (message) => !Object.keys(provoked).some((beginning) => message.startsWith(beginning)),
  )
  expect([unprovoked, listed.length, elsewhere.length]).toEqual([[], Object.keys(provoked).length, 2])
})

it.each(Object.entries(provoked))('has the words of: %s', async (beginning, work) => {
  const message = messages.find((message) => message.startsWith(beginning)) ?? ''
  const parts = message.split('…').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll(' ', '\\s+'))
  expect(await told(work)).toMatch(new RegExp(`(^|\n)${parts.join('[^]*')}(\n|$)`))
})
