/** Forks a session and prints how long that took, and how much memory the process took for it at most. */
import { SQLiteStore } from '@sessions/sqlite'

const [path = '', from = '', to = ''] = process.argv.slice(2)
const store = new SQLiteStore({ path })
await store.session(from).getItems(20)
const before = process.resourceUsage().maxRSS
const begun = performance.now()
const { itemCount } = await store.forkSession(from, to)
const ms = performance.now() - begun
const extraMiB = (process.resourceUsage().maxRSS - before) / 1_024
await store.close()
process.stdout.write(JSON.stringify({ itemCount, ms, extraMiB }))
