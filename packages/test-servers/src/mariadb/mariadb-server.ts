import { Databases } from '../databases.ts'
import { environmentUrls } from '../environment.ts'
import { onFreePorts } from '../machine/free-port.ts'
import { provide } from '../machine/provide.ts'
import { mariadb } from '../machine/software.ts'
import { serverUser } from '../machine/user.ts'
import { Home } from '../process/home.ts'
import { LocalServer } from '../process/local-server.ts'
import { ownServer, removedUnlessStarted } from '../process/own-server.ts'
import type { ServerOptions, TestServer } from '../test-server.ts'
import { createDatabase, execute, probe } from './execute.ts'
import { initialize, mariadbCommand } from './program.ts'

/** A MariaDB. Its `url` leads to the database `mysql`, as root. */
export interface MariaDBServer extends TestServer {
  /** Creates an empty database in utf8mb4. Resolves to its URL. */
  createDatabase(): Promise<string>
  /** SIGKILL. Only for a server of one's own. */
  kill(): Promise<void>
  /** Starts it again after `kill`: same port, same data. */
  start(): Promise<void>
}

/** The server that SESSIONS_TEST_MARIADB_URL names, or a new one of this machine. */
export async function startMariaDB(options: ServerOptions = {}): Promise<MariaDBServer> {
  const [url] = environmentUrls('SESSIONS_TEST_MARIADB_URL', options)
  if (url !== undefined) return createServer(url)

  const [program = '', installer = ''] = await provide(mariadb)
  const home = await Home.open(await serverUser('mysql'))
  return removedUnlessStarted(home, async () => {
    await initialize(home, installer, 'mariadb')
    return onFreePorts(1, async ([port]) => {
      const local = `mariadb://root@127.0.0.1:${port}/mysql`
      const server = new LocalServer({
        home,
        command: () => mariadbCommand(home, program, 'mariadb', { port: String(port), ...options.settings }),
        probe: () => probe(local, `${home.folder}/mariadb/`),
      })
      await server.start()
      return createServer(local, server, home)
    })
  })
}

function createServer(url: string, local?: LocalServer, home?: Home): MariaDBServer {
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
