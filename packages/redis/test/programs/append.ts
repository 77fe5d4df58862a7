/** Appends numbered items to some sessions until it is told to stop, and says of each how it went; one store all the while. */
import { setTimeout as delay } from 'node:timers/promises'
import { SessionError } from '@sessions/core'
import { RedisStore } from '@sessions/redis'
import { connectTo } from '../support/clients.ts'

const [place = '', options = '', writer = '', sessionCount = '1', pauseMs = '3'] = process.argv.slice(2)
const store = new RedisStore({ client: await connectTo(JSON.parse(place)), ...JSON.parse(options) })
let running = true
process.on('message', () => {
  running = false
})
process.on('disconnect', () => process.exit())

for (let index = 0; running; index++) {
  const session = store.session(`shared ${index % Number(sessionCount)}`)
  const id = `${writer}/${index}`
  try {
    await session.addItems([{ role: 'user', content: id }])
    process.send?.({ id })
  } catch (error) {
    if (!(error instanceof SessionError)) throw error
    process.send?.({ id, code: error.code, ambiguous: error.ambiguous })
  }
  await delay(Number(pauseMs))
}
process.send?.({ stopped: true }, () => process.exit())
