import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withDatabase } from '../databases.ts'
import { environmentUrls } from '../environment.ts'
import { onFreePorts } from '../machine/free-port.ts'
import { provide } from '../machine/provide.ts'
import { pgbouncer } from '../machine/software.ts'
import { serverUser } from '../machine/user.ts'
import { Home } from '../process/home.ts'
import { LocalServer } from '../process/local-server.ts'
import { removedUnlessStarted } from '../process/own-server.ts'
import type { TestServer } from '../test-server.ts'
import { execute } from './execute.ts'

/**
 * A PgBouncer with transaction pooling: its `url` leads to the given database, over at most eight connections however
 * many clients it has. SESSIONS_TEST_PGBOUNCER_URL is used for databases of SESSIONS_TEST_POSTGRES_URL, before which it
 * must stand; for any other one of this machine is started.
 */
export async function startPgBouncer(databaseUrl: string): Promise<TestServer> {
  const [url] = environmentUrls('SESSIONS_TEST_PGBOUNCER_URL')
  const [behindIt] = environmentUrls('SESSIONS_TEST_POSTGRES_URL')
  const database = new URL(databaseUrl)
  const name = database.pathname.slice(1)
  if (url !== undefined && behindIt !== undefined && new URL(behindIt).host === database.host) {
    return createServer(withDatabase(url, name), async () => {})
  }

  const [program = ''] = await provide(pgbouncer)
  const user = await serverUser('postgres')
  const home = await Home.open(user)
  return removedUnlessStarted(home, () =>
    onFreePorts(1, async ([port]) => {
      await writeFile(join(home.folder, 'pgbouncer.ini'), configuration(database, port))
      const local = `postgres://postgres@127.0.0.1:${port}/${name}`
      const server = new LocalServer({
        home,
        command: () => ({ name: 'pgbouncer', file: program, arguments: ['pgbouncer.ini'] }),
        // The database's name is unique: another PgBouncer does not have it.
        probe: async () => void (await execute(local, 'SELECT 1')),
      })
      await server.start()
      return createServer(local, () => home.remove())
    }),
  )
}

/** `auth_type = any`: whoever comes is let in, and goes on as the user of the database's URL. */
function configuration({ hostname, port, username, password, pathname }: URL, listenPort: number | undefined): string {
  const target = {
    host: hostname,
    port: port || '5432',
    user: username || 'postgres',
    password,
    dbname: pathname.slice(1),
  }
  const words = Object.entries(target)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}='${decodeURIComponent(value).replaceAll("'", "''")}'`)
  return `[databases]
* = ${words.join(' ')}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 8
max_client_conn = 1000
ignore_startup_parameters = extra_float_digits
`
}

function createServer(url: string, stop: () => Promise<void>): TestServer {
  return { url, stop, [Symbol.asyncDispose]: stop }
}
