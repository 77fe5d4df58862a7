import { Databases } from '../databases.ts'
import { environmentUrls } from '../environment.ts'
import { onFreePorts } from '../machine/free-port.ts'
import { mysql } from '../machine/software.ts'
import { unpacked } from '../machine/unpack.ts'
import { serverUser } from '../machine/user.ts'
import { createDatabase, execute, probe } from '../mariadb/execute.ts'
import { isWithout } from '../optional.ts'
import { Home } from '../process/home.ts'
import { LocalServer } from '../process/local-server.ts'
import { ownServer, removedUnlessStarted } from '../process/own-server.ts'
import type { ServerOptions, TestServer } from '../test-server.ts'
import { initialize, mysqlCommand } from './program.ts'

/** A MySQL. Its `url` leads to the database `mysql`, as root. */
export interface MySQLServer extends TestServer {
  /** Creates an empty database in utf8mb4. Resolves to its URL. */
  createDatabase(): Promise<string>
  /** SIGKILL. Only for a server of one's own. */
  kill(): Promise<void>
  /** Starts it again after `kill`: same port, same data. */
  start(): Promise<void>
}

/**
 * The server that SESSIONS_TEST_MYSQL_URL names, or a new one of Debian's newest MySQL. None where SESSIONS_TEST_WITHOUT
 * names MySQL: tests do what they can without it.
 */
export async function startMySQL(options: ServerOptions = {}): Promise<MySQLServer | undefined> {
  const [url] = environmentUrls('SESSIONS_TEST_MYSQL_URL', options)
  if (url !== undefined) return createServer(url)
  if (isWithout(mysql)) return undefined

  const program = await unpacked(mysql)
  const home = await Home.open(await serverUser('nobody'))
  return removedUnlessStarted(home, async () => {
    await initialize(home, program)
    return onFreePorts(1, async ([port]) => {
      const local = `mysql://root@127.0.0.1:${port}/mysql`
      const server = new LocalServer({
        home,
        command: () => mysqlCommand(home, program, { port: String(port), ...options.settings }),
        probe: () => probe(local, `${home.folder}/mysql/`),
      })
      await server.start()
      return createServer(local, server, home)
    })
  })
}

function createServer(url: string, local?: LocalServer, home?: Home): MySQLServer {
  const databases = new Databases(
    url,
    async (name) => void (await execute(url, createDatabase(name))),
    async (name) => void (await execute(url, `DROP DATABASE ${name}`)),
  )
  const stop = (): Promise<void> => home?.remove() ?? databases.dropAll()
  return {
    url,
    createDatabase: () => databases.create(),
    kill: async () => ownServer(local).end('SIGKILL'),
    start: async () => ownServer(local).start(),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
