/** Holds a session and writes it again and again, until a write is refused; says what it wrote and why it ended. Then again, when told. */
import { setTimeout as sleep } from 'node:timers/promises'
import { SessionError } from '@sessions/core'
import { SQLiteStore } from '@sessions/sqlite'

const [path = '', leaseMs = '300'] = process.argv.slice(2)
const store = new SQLiteStore({ path })

async function holdUntilLost(round: string): Promise<void> {
  const held = await store.session<object>('held').acquire({ leaseMs: Number(leaseMs) })
  process.send?.('held')
  for (let written = 0; ; written++) {
    try {
      await held.session.addItems([{ round, written }])
    } catch (error) {
      if (!(error instanceof SessionError)) throw error
      process.send?.({ written, code: error.code, aborted: held.signal.aborted })
      return
    }
    await sleep(Math.random() * 10)
  }
}

process.on('message', holdUntilLost)
process.send?.('ready')
