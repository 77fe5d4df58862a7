/** Iterates over a long session and prints how much memory the process took for it at most. */
import { SQLiteSession } from '@sessions/sqlite'

const [path = ''] = process.argv.slice(2)
const session = new SQLiteSession({ sessionId: 'long', path })
await session.getItems(20)
globalThis.gc?.()
const before = process.memoryUsage.rss()
let peak = before
let count = 0
for await (const _ of session.items()) {
  if (++count % 1_000 === 0) peak = Math.max(peak, process.memoryUsage.rss())
}
await session.close()
process.stdout.write(JSON.stringify({ count, extraMiB: (peak - before) / 2 ** 20 }))
