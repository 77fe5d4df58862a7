import { createHash } from 'node:crypto'
import { MemoryStore, type SessionStore } from '@sessions/core'
import { copySessions } from '@sessions/core/operations'

/** Sessions of 5 to 55 items, one of 1,500, with metadata; each a minute younger than the one before. */
export async function fill(store: SessionStore, sessions: number): Promise<void> {
  let now = Date.UTC(2026, 0)
  const source = new MemoryStore({ clock: { now: () => now } })
  for (let index = 0; index < sessions; index++) {
    now += 60_000
    const count = index === 30 ? 1_500 : 5 + ((index * 7) % 51)
    const items = Array.from({ length: count }, (_, item) => ({ role: 'user' as const, content: `${index}/${item}` }))
    await source.session(`session ${index}`).addItems(items)
    await source.session(`session ${index}`).setMetadata({ userId: `user ${index % 7}` })
  }
  await copySessions(source, store)
}

/** What each session is, as the store gives it to its readers, in a few letters. */
export async function digests(store: SessionStore): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for await (const info of store.listSessions()) {
    const records = await store.records.read(info.sessionId)
    const text = JSON.stringify([info, records])
    found.set(info.sessionId, createHash('sha256').update(text).digest('hex'))
  }
  return found
}
