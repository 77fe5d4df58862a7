import { environmentUrls } from '../environment.ts'
import { onFreePorts } from '../machine/free-port.ts'
import { provide } from '../machine/provide.ts'
import { redis, valkey } from '../machine/software.ts'
import { unpacked } from '../machine/unpack.ts'
import { isWithout } from '../optional.ts'
import { Home } from '../process/home.ts'
import { removedUnlessStarted } from '../process/own-server.ts'
import type { ServerOptions, TestServer } from '../test-server.ts'
import { createNode, nodeOf, type Program, type RedisNode } from './redis-node.ts'

/** A Redis or a Valkey. One that the environment names has the keys of others, too: use names of your own, delete them again. */
export interface RedisServer extends TestServer, Pick<RedisNode, 'kill' | 'start'> {}

/** How a test wants its Redis. */
export interface RedisOptions extends ServerOptions {
  /** Keeps what was acknowledged when it is killed: true unless said otherwise. Saying so implies `own`. */
  appendonly?: boolean
}

/** The server that SESSIONS_TEST_REDIS_URL names, or a new one of this machine. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const wanted = serverOptions(options)
  const [url] = environmentUrls('SESSIONS_TEST_REDIS_URL', wanted)
  return url === undefined ? startNew(await provide(redis), wanted) : createServer(nodeOf(url))
}

/**
 * The server that SESSIONS_TEST_VALKEY_URL names, or a new one of Debian's newest Valkey. None where SESSIONS_TEST_WITHOUT
 * names Valkey: tests do what they can without it.
 */
export async function startValkey(options: RedisOptions = {}): Promise<RedisServer | undefined> {
  const wanted = serverOptions(options)
  const [url] = environmentUrls('SESSIONS_TEST_VALKEY_URL', wanted)
  if (url !== undefined) return createServer(nodeOf(url))
  return isWithout(valkey) ? undefined : startNew((await unpacked(valkey)).command, wanted)
}

function serverOptions({ appendonly, settings = {}, ...options }: RedisOptions): ServerOptions {
  const written = appendonly === undefined ? {} : { appendonly: appendonly ? 'yes' : 'no' }
  return { ...options, settings: { ...written, ...settings } }
}

async function startNew(program: Program, { settings = {} }: ServerOptions): Promise<RedisServer> {
  return onFreePorts(1, async ([port = 0]) => {
    const home = await Home.open()
    return removedUnlessStarted(home, async () => {
      const node = await createNode(home, program, port, settings)
      await node.start()
      return createServer(node, home)
    })
  })
}

function createServer({ url, kill, start }: RedisNode, home?: Home): RedisServer {
  const stop = async (): Promise<void> => home?.remove()
  return { url, kill, start, stop, [Symbol.asyncDispose]: stop }
}
