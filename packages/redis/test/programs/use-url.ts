/** Writes and reads over the url, and tells what came of it: trusted authorities are those of NODE_EXTRA_CA_CERTS too. */
import { inspect } from 'node:util'
import { SessionError } from '@sessions/core'
import { RedisStore } from '@sessions/redis'

const [url = ''] = process.argv.slice(2)
const store = new RedisStore({ url, timeoutMs: 2_000 })
const session = store.session(`tls-${process.pid}`)
const item = { role: 'user' as const, content: 'hello' }
const answer = await session.addItems([item]).then(
  async () => ({ items: await session.getItems(), text: '' }),
  (error: unknown) => {
    if (!(error instanceof SessionError)) throw error
    const { code, retryable, ambiguous } = error
    return { code, retryable, ambiguous, text: inspect(error, { depth: 10 }) }
  },
)
process.send?.(answer)
await store.close()
