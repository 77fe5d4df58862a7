import { environmentUrls } from '../environment.ts'
import { onFreePorts } from '../machine/free-port.ts'
import { provide } from '../machine/provide.ts'
import { redis } from '../machine/software.ts'
import { Home } from '../process/home.ts'
import { removedUnlessStarted } from '../process/own-server.ts'
import type { ServerOptions, TestServer } from '../test-server.ts'
import { createNode, nodeOf, type RedisNode } from './redis-node.ts'

/** A Redis. One that the environment names has the keys of others, too: use names of your own, delete them again. */
export interface RedisServer extends TestServer, Pick<RedisNode, 'kill' | 'start'> {}

/** How a test wants its Redis. */
export interface RedisOptions extends ServerOptions {
  /** Keeps what was acknowledged when it is killed: true unless said otherwise. Saying so implies `own`. */
  appendonly?: boolean
}

/** The server that SESSIONS_TEST_REDIS_URL names, or a new one of this machine. */
export async function startRedis({ appendonly, settings = {}, ...options }: RedisOptions = {}): Promise<RedisServer> {
  const all = appendonly === undefined ? settings : { appendonly: appendonly ? 'yes' : 'no', ...settings }
  const [url] = environmentUrls('SESSIONS_TEST_REDIS_URL', { ...options, settings: all })
  if (url !== undefined) return createServer(nodeOf(url))

  const [program = ''] = await provide(redis)
  return onFreePorts(1, async ([port = 0]) => {
    const home = await Home.open()
    return removedUnlessStarted(home, async () => {
      const node = await createNode(home, program, port, all)
      await node.start()
      return createServer(node, home)
    })
  })
}

function createServer({ url, kill, start }: RedisNode, home?: Home): RedisServer {
  const stop = async (): Promise<void> => home?.remove()
  return { url, kill, start, stop, [Symbol.asyncDispose]: stop }
}
