/** Holds a session again and again, and appends for as long as it does, until the parent sends something. Tells of each hold. */
import { SessionError } from '@sessions/core'
import { SQLStore } from '@sessions/sql'

const { url, leaseMs }: { url: string; leaseMs: number } = JSON.parse(process.argv[2] ?? '')
let stopped = false
process.once('message', () => {
  stopped = true
})
const store = new SQLStore({ url, createTables: true })
const session = store.session('held')
for (let hold = 0; !stopped; hold++) {
  const held = await session.acquire({ leaseMs })
  try {
    for (let n = 0; !stopped; n++) {
      await held.session.addItems([{ role: 'user', content: `${process.pid}/${hold}` }])
      if (n === 0) process.send?.({ hold })
    }
  } catch (error) {
    if (!(error instanceof SessionError) || error.code !== 'SESSION_LEASE_LOST') throw error
  } finally {
    await held.release()
  }
}
await store.close()
process.disconnect()
