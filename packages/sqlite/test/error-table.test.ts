import { SessionError, sessionErrorCodes } from '@sessions/core'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { meanings } from '../src/meanings.ts'
import { FailingDatabase } from './support/failing-database.ts'

const item = { role: 'user' as const, content: 'a secret of the user' }

it.each(Object.keys(meanings))('%s means what the table says, is never ambiguous, and writes nothing', async (code) => {
  const failing = new FailingDatabase(new Database(':memory:'))
  const store = new SQLiteStore({ database: failing.database as never, busyTimeoutMs: 50 })
  await store.session('a').addItems([item])
  // Those that pass are tried again until busyTimeoutMs is over, so it fails each time.
  const error = await failing.failingWith(code, () =>
    store
      .session('a')
      .addItems([item])
      .catch((reason) => reason),
  )
  expect(error).toBeInstanceOf(SessionError)
  const [meant] = meanings[code] ?? []
  const retryable = meant !== undefined && sessionErrorCodes[meant].retryable
  expect(error).toMatchObject({ code: meant, retryable, ambiguous: false })
  expect(String(error)).not.toContain('secret')
  expect(await store.session('a').getItems()).toEqual([item])
})
