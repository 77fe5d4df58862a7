/** Fills a store with conversations of the SDK's runner and opens the studio on it: `pnpm demo:studio [file]`. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { main } from '@sessions/cli/program'
import { ManualClock } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'
import { buildPage } from '../../../scripts/packages/page.ts'
import { studio } from '../src/command.ts'
import { seed } from './seed/conversations.ts'
import { seedHistory } from './seed/history.ts'

const path = resolve(process.argv[2] ?? 'studio-demo.db')
await buildPage(new URL('../page', import.meta.url).pathname, new URL('../dist/page', import.meta.url).pathname)
if (!existsSync(path)) {
  const clock = new ManualClock(Date.now() - 43 * 86_400_000)
  {
    await using past = new SQLiteStore({ path, clock, synchronous: 'NORMAL' })
    await seedHistory(past, clock)
  }
  await using store = new SQLiteStore({ path })
  await seed(store)
}
await main(['studio', `sqlite:${path}`], [{ name: 'studio', summary: 'the demo', load: async () => studio }])
