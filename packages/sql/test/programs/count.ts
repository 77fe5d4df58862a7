/** So many at once each read a counter, the number in the newest item, and write the next one, while they hold the session. */
import { SQLStore } from '@sessions/sql'
import { shiftClock } from './shift-clock.ts'

const [url = '', waiters = '0', clock = '0'] = process.argv.slice(2)
shiftClock(Number(clock))
const store = new SQLStore({ url })

async function increment(): Promise<void> {
  await store.session<{ count: number }>('counter').exclusive(
    async ({ session }) => {
      const [newest] = await session.getItems(1)
      await session.addItems([{ count: (newest?.count ?? 0) + 1 }])
    },
    { waitMs: 600_000 },
  )
}

process.once('message', async () => {
  await Promise.all(Array.from({ length: Number(waiters) }, increment))
  await store.close()
  process.send?.('done')
  process.disconnect()
})
await store.session('counter').getItems()
process.send?.('ready')
