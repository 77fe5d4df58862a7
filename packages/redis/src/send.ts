import type { Call } from './call.ts'
import type { RedisCommandOptions, RedisSingleClient } from './redis-client.ts'

/** What goes over one connection. */
interface Traffic {
  /** Commands under way. */
  count: number
  /** When the last answer came, in ms of `performance.now()`. */
  heardAt: number
}

/** Strings and numbers, whatever the client is set to; how long a command may take is our business. */
export function optionsFor(call: Call, chainId?: symbol): never {
  const { signal } = call
  const options: RedisCommandOptions = { abortSignal: signal, signal, typeMapping: {}, timeout: 0 }
  if (chainId !== undefined) options.chainId = chainId
  return options as never
}

const plainOptions = { typeMapping: {}, timeout: 0 } satisfies RedisCommandOptions as never
/** Commands under way on one connection, at most, for the next one to leave at once. */
const fewCommands = 16
/** UTF-16 units of arguments that the system surely takes at once. */
const shortArguments = 2_000
const traffics = new WeakMap<RedisSingleClient, Traffic>()

/** A client that knows when a byte came, and not only a whole answer. */
interface HearingClient extends RedisSingleClient {
  readonly heardAt: number
}

export async function sendOn(client: RedisSingleClient, call: Call, args: string[]): Promise<unknown> {
  call.throwIfOver()
  const traffic = follow(client, call)
  // What leaves at once need not be taken back.
  const leaves = client.isReady && traffic.count < fewCommands && isShort(args)
  traffic.count++
  try {
    return await client.sendCommand(args, leaves ? plainOptions : optionsFor(call))
  } finally {
    traffic.count--
    traffic.heardAt = performance.now()
  }
}

/** They are queued at once: they go one after the other, and never over a later connection than the first. */
export async function sendChainOn(
  client: RedisSingleClient,
  call: Call,
  commands: readonly string[][],
): Promise<unknown[]> {
  call.throwIfOver()
  follow(client, call)
  const options = optionsFor(call, Symbol('commands that belong together'))
  const outcomes = await Promise.allSettled(commands.map((args) => client.sendCommand(args, options)))
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
}

export async function sendPairOn(
  client: RedisSingleClient,
  call: Call,
  first: string[],
  second: string[],
): Promise<[unknown, unknown]> {
  const [one, other] = await sendChainOn(client, call, [first, second])
  return [one, other]
}

function follow(client: RedisSingleClient, call: Call): Traffic {
  call.sent = true
  const traffic = traffics.get(client) ?? { count: 0, heardAt: 0 }
  traffics.set(client, traffic)
  call.heardAt = () => Math.max(traffic.heardAt, (client as Partial<HearingClient>).heardAt ?? 0)
  // What came until now is heard.
  call.heardAt()
  return traffic
}

function isShort(args: readonly string[]): boolean {
  let length = 0
  for (const arg of args) length += arg.length
  return length <= shortArguments
}
