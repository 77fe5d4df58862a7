import { Databases } from '../databases.ts'
import { environmentUrls } from '../environment.ts'
import { onFreePorts } from '../machine/free-port.ts'
import { provide } from '../machine/provide.ts'
import { postgres } from '../machine/software.ts'
import { serverUser } from '../machine/user.ts'
import { Home } from '../process/home.ts'
import { LocalServer } from '../process/local-server.ts'
import { ownServer, removedUnlessStarted } from '../process/own-server.ts'
import { settingArguments } from '../settings.ts'
import type { ServerOptions, TestServer } from '../test-server.ts'
import { execute } from './execute.ts'

/** A Postgres. Its `url` leads to the database `postgres`, as superuser. */
export interface PostgresServer extends TestServer {
  /** Creates an empty database in UTF-8. Resolves to its URL. */
  createDatabase(): Promise<string>
  /** Ends it as a crash does: without a checkpoint, connections cut. Only for a server of one's own. */
  stopImmediately(): Promise<void>
  /** Starts it again after `stopImmediately`: same port, same data. */
  start(): Promise<void>
}

/** The server that SESSIONS_TEST_POSTGRES_URL names, or a new one of this machine. */
export async function startPostgres(options: ServerOptions = {}): Promise<PostgresServer> {
  const [url] = environmentUrls('SESSIONS_TEST_POSTGRES_URL', options)
  if (url !== undefined) return createServer(url)

  const [initdb = '', program = ''] = await provide(postgres)
  const home = await Home.open(await serverUser('postgres'))
  return removedUnlessStarted(home, async () => {
    await home.run({
      name: 'initdb',
      file: initdb,
      arguments: ['--pgdata=data', '--username=postgres', '--auth=trust', '--encoding=UTF8', ...locale, '--no-sync'],
    })
    return onFreePorts(1, async ([port]) => {
      const local = `postgres://postgres@127.0.0.1:${port}/postgres`
      const server = new LocalServer({
        home,
        command: () => ({
          name: 'postgres',
          file: program,
          arguments: ['-D', 'data', ...settingArguments({ port: String(port), ...defaults, ...options.settings })],
          // Immediate shutdown: ends its children too, and gives its shared memory back.
          lastSignal: 'SIGQUIT',
        }),
        probe: () => probe(local, `${home.folder}/data`),
      })
      await server.start()
      return createServer(local, server, home)
    })
  })
}

/** By code points, on every system. */
const locale = [process.platform === 'linux' ? '--locale=C.UTF-8' : '--locale=C']

const defaults = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  // The operating system does not crash in tests, only processes do.
  fsync: 'off',
  // What it learns of an empty table, at a moment of its own, connections plan by until it comes again: a minute, in which a test fills it.
  autovacuum: 'off',
}

/** Rejects as long as the server of that folder does not answer. */
async function probe(url: string, folder: string): Promise<void> {
  const [row] = await execute(url, 'SHOW data_directory')
  if (row?.data_directory !== folder) throw new Error(`Another server answers: ${JSON.stringify(row)}`)
}

function createServer(url: string, local?: LocalServer, home?: Home): PostgresServer {
  const databases = new Databases(
    url,
    async (name) => void (await execute(url, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`)),
    async (name) => void (await execute(url, `DROP DATABASE ${name} WITH (FORCE)`)),
  )
  const stop = (): Promise<void> => home?.remove() ?? databases.dropAll()
  return {
    url,
    createDatabase: () => databases.create(),
    stopImmediately: async () => ownServer(local).end('SIGQUIT'),
    start: async () => ownServer(local).start(),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
