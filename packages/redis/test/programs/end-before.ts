/** Adds an item to a session of an indexed store on a cluster, and is killed at the moment when one of the steps would leave. */
import { RedisStore } from '@sessions/redis'
import { connectTo } from '../support/clients.ts'

const [place = '', keyPrefix = '', sessionId = '', step = ''] = process.argv.slice(2)
const client = await connectTo(JSON.parse(place))
const cluster: { sendCommand(...args: unknown[]): Promise<unknown> } = Object.getPrototypeOf(client)
const { sendCommand } = cluster
let hasBegun = false
cluster.sendCommand = function (...args) {
  const texts = args.flat().map(String)
  const isNext = step === 'settle' ? texts.includes('settle') : hasBegun && texts.includes(sessionId)
  if (isNext) process.kill(process.pid, 'SIGKILL')
  hasBegun ||= texts.includes('begin')
  return sendCommand.apply(this, args)
}
await new RedisStore({ client, keyPrefix, index: true })
  .session(sessionId)
  .addItems([{ role: 'user', content: 'of a process that ends' }])
// Nothing keeps it from the step that it is to end before.
setInterval(() => {}, 1_000)
