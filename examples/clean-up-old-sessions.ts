// Deletes the sessions that have not changed for 30 days, and no others: what a nightly job does.
//   node examples/clean-up-old-sessions.ts
// Only the example needs a clock moved by hand, to have old sessions without waiting, and a database in memory, to delete
// nothing real. In your program: `new SQLiteStore({ path: 'conversations.db' })`.
import assert from 'node:assert/strict'
import type { SessionStore } from '@sessions/core'
import { ManualClock } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'

const day = 24 * 60 * 60 * 1000
const clock = new ManualClock()
const store = new SQLiteStore({ clock })

for (const [sessionId, daysToNext] of [
  ['spring', 60],
  ['revived', 9],
  ['last-month', 22],
  ['recent', 7],
] as const) {
  await store.session(sessionId).addItems([{ role: 'user', content: `Hello from ${sessionId}.` }])
  clock.advance(daysToNext * day)
}
// As old as the others, but somebody wrote to it today.
await store.session('revived').addItems([{ role: 'user', content: 'I am back.' }])

console.log('Before:')
await list(store)

const updatedBefore = new Date(clock.now() - 30 * day)
const deleted = await store.deleteSessions({ updatedBefore })
console.log(`Deleted ${deleted} that were last changed before ${updatedBefore.toISOString().slice(0, 10)}. Left:`)

const left = await list(store)
assert.deepEqual(left, ['revived', 'recent', 'last-month'])
await store.close()

/** Prints the sessions, the one changed last first, and gives their ids. */
async function list(store: SessionStore): Promise<string[]> {
  const sessionIds: string[] = []
  for await (const { sessionId, updatedAt, itemCount } of store.listSessions()) {
    const days = Math.round((clock.now() - updatedAt.getTime()) / day)
    console.log(`  ${sessionId.padEnd(10)} ${itemCount} items, changed ${days} days ago`)
    sessionIds.push(sessionId)
  }
  return sessionIds
}
