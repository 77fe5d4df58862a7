/** Holds a session and writes to it again and again, also after it was lost; says of each write how it went. */
import { setTimeout as delay } from 'node:timers/promises'
import { SessionError } from '@sessions/core'
import { openStore } from '../open.ts'

const [options = '', id = '', leaseMs = ''] = process.argv.slice(2)
const store = await openStore(JSON.parse(options))
process.on('disconnect', () => process.exit())

for (let round = 0; ; round++) {
  const { session } = await store.session(id).acquire({ leaseMs: Number(leaseMs), waitMs: 60_000 })
  process.send?.({ round })
  for (let index = 0, lost = false; !lost; index++) {
    const content = `held ${round} ${index}`
    try {
      await session.addItems([{ role: 'user', content }])
      process.send?.({ written: content })
    } catch (error) {
      if (!(error instanceof SessionError)) throw error
      lost = true
      process.send?.({ refused: error.code, content })
    }
    await delay(1)
  }
}
