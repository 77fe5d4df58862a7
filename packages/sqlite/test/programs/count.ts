/** So many at once each read a counter, the number in the newest item, and write the next one, while they hold the session. */
import { setTimeout as sleep } from 'node:timers/promises'
import { SQLiteStore } from '@sessions/sqlite'

const [path = '', waiters = '0'] = process.argv.slice(2)
const store = new SQLiteStore({ path })

async function increment(): Promise<void> {
  const options = { waitMs: 300_000 }
  await store.session<{ count: number }>('counter').exclusive(async ({ session }) => {
    const [newest] = await session.getItems(1)
    await sleep(Math.random() * 2)
    await session.addItems([{ count: (newest?.count ?? 0) + 1 }])
  }, options)
}

process.once('message', async () => {
  await Promise.all(Array.from({ length: Number(waiters) }, increment))
  await store.close()
  process.send?.('done')
  process.disconnect()
})
process.send?.('ready')
