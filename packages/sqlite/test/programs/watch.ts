/** Watches a session from its beginning until it has seen so many entries, and prints what it saw. Comes back now and then, after the last one. */
import { SQLiteStore } from '@sessions/sqlite'

const [path = '', count = '0'] = process.argv.slice(2)
const store = new SQLiteStore({ path })
const session = store.session<{ content: string }>('shared')
const seen: { id: string; content: string }[] = []
const events: string[] = []
process.send?.('ready')

while (seen.length < Number(count)) {
  const enough = seen.length + 40
  for await (const event of session.watch({ after: seen.at(-1)?.id ?? null })) {
    events.push(event.type)
    if (event.type === 'added') seen.push(...event.entries.map(({ id, item }) => ({ id, content: item.content })))
    if (seen.length >= enough || seen.length >= Number(count)) break
  }
}
await store.close()
process.send?.({ seen, rewritten: events.filter((type) => type === 'rewritten').length })
process.disconnect()
