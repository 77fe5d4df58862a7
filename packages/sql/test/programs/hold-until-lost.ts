/** Holds a session and writes it again and again, until a write is refused; says what it wrote and why it ended. Then again, when told. */
import { SessionError } from '@sessions/core'
import { SQLStore } from '@sessions/sql'
import { shiftClock } from './shift-clock.ts'

const [url = '', leaseMs = '', clock = '0'] = process.argv.slice(2)
shiftClock(Number(clock))
const store = new SQLStore({ url })

async function holdUntilLost(round: string): Promise<void> {
  const held = await store.session<object>('held').acquire({ leaseMs: Number(leaseMs) })
  process.send?.('held')
  for (let written = 0; ; ) {
    try {
      // By turns one statement and a transaction, where a dialect has both.
      await held.session.addItems([{ round, written }])
      written++
      await held.session.setMetadata({ round })
    } catch (error) {
      if (!(error instanceof SessionError)) throw error
      // A server that ended the transaction of a stopped process took its connection; whether it had heard of the commit, nobody knows.
      if (error.code === 'SESSION_UNAVAILABLE') continue
      process.send?.({ written, code: error.code, aborted: held.signal.aborted })
      return
    }
  }
}

process.on('message', holdUntilLost)
await store.session('held').getItems()
process.send?.('ready')
