/** Appends batches to a session from the parent's first message to its second, and tells of each how it ended. */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { SessionError } from '@sessions/core'
import { SQLStore } from '@sessions/sql'
import type { AppendOptions, Outcome } from '../support/writer.ts'

const { writer, sessionId, size, ...options }: AppendOptions = JSON.parse(process.argv[2] ?? '')

function tell(outcome: Outcome): void {
  process.send?.(outcome)
}

let stopped = false
const store = new SQLStore({ createTables: true, ...options })
const session = store.session(sessionId)
await session.getItems(1)
tell({ ready: true })
await once(process, 'message')
process.once('message', () => {
  stopped = true
})
for (let batch = 0; !stopped; batch++) {
  const items = Array.from({ length: size }, (_, place) => ({
    role: 'user' as const,
    content: `${writer}/${batch}/${place}`,
  }))
  try {
    await session.addItems(items)
    tell({ acknowledged: batch })
  } catch (error) {
    if (!(error instanceof SessionError)) throw error
    const { code, retryable, ambiguous, message } = error
    tell({ failed: batch, code, retryable, ambiguous, message: `${message} ${error.cause}` })
    // So that a server that is down is not asked thousands of times.
    await delay(10)
  }
}
await store.close()
process.disconnect()
