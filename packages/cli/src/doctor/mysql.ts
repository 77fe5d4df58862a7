import { readFileSync } from 'node:fs'
import { Failure } from '../exit-codes.ts'
import { load } from '../stores/resolve.ts'
import { type Check, check, type Doctor } from './check.ts'

interface Connection {
  query(text: string): Promise<unknown>
  end(): Promise<unknown>
}

interface Driver {
  default?: Driver
  createConnection(options: object): Promise<Connection>
}

const query = `SELECT version() AS version, @@innodb_flush_log_at_trx_commit AS flush, @@sync_binlog AS binlog,
  @@log_bin AS bins, @@read_only AS replica, @@character_set_database AS charset`
/** MariaDB calls it otherwise than MySQL. */
const isolationQuery = "SHOW VARIABLES WHERE Variable_name IN ('transaction_isolation', 'tx_isolation')"

export const mysqlDoctor: Doctor = async ({ url, adapter }) => {
  const connection = await (await driverOf(adapter)).createConnection(optionsOf(url))
  try {
    const one = async (text: string): Promise<Record<string, unknown>> => {
      const answer = await connection.query(text)
      // mysql2 gives the rows and the columns, mariadb the rows.
      const rows = (Array.isArray((answer as unknown[])[0]) ? (answer as unknown[])[0] : answer) as Record<
        string,
        unknown
      >[]
      return rows[0] ?? {}
    }
    const found = await one(query)
    const { Value: cipher } = await one("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
    const { Value: isolation } = await one(isolationQuery)
    return checksOf({ ...found, cipher, isolation }, isLocal(url))
  } finally {
    await connection.end()
  }
}

async function driverOf(adapter: string): Promise<Driver> {
  try {
    return (await load<Driver>('mysql2/promise', adapter)).module
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { module } = await load<Driver>('mariadb', adapter)
    return module.default ?? module
  }
}

/** As `@sessions/sql` reads such a url. */
function optionsOf(url: string): object {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  const given = new Map([...searchParams].map(([name, value]) => [name.toLowerCase().replaceAll(/[-_]/g, ''), value]))
  const socketPath = given.get('socketpath') ?? given.get('socket') ?? given.get('unixsocket')
  return {
    host: hostname || 'localhost',
    port: port === '' ? 3306 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    ...(socketPath !== undefined && { socketPath }),
    ...tlsOf(given),
  }
}

function tlsOf(given: ReadonlyMap<string, string>): object {
  const mode = ['sslmode', 'ssl', 'tls', 'sslaccept']
    .map((name) => given.get(name))
    .find((value) => value !== undefined)
  const ca = given.get('sslca') ?? given.get('sslrootcert')
  if ((mode === undefined && ca === undefined) || /^(disabled?|false)$/i.test(mode ?? '')) return {}
  const rejectUnauthorized = !/^(required?|skip-verify)$/i.test(mode ?? '') || ca !== undefined
  return { ssl: { rejectUnauthorized, ...(ca !== undefined && { ca: readFileSync(ca) }) } }
}

function isLocal(url: string): boolean {
  return /^(localhost|127\..*|\[::1\]|)$/.test(new URL(url).hostname)
}

function checksOf(found: Readonly<Record<string, unknown>>, local: boolean): Check[] {
  const text = (name: string): string => String(found[name])
  const tls = text('cipher') !== ''
  const isLogged = Number(found.bins) === 1
  return [
    check('version', true, text('version'), ''),
    check(
      'tls',
      tls || local,
      tls ? text('cipher') : 'off',
      'What travels can be read: sslmode=verify-full in the url.',
    ),
    check(
      'primary',
      Number(found.replica) === 0,
      Number(found.replica) === 0 ? 'yes' : 'read only',
      'Nothing can be written here.',
      'bad',
    ),
    check(
      'innodb_flush_log_at_trx_commit',
      text('flush') === '1',
      text('flush'),
      'A crash may lose what was acknowledged: set it to 1.',
    ),
    check(
      'sync_binlog',
      !isLogged || text('binlog') === '1',
      isLogged ? text('binlog') : 'no binary log',
      'A crash may lose what replicas need: set it to 1.',
    ),
    check(
      'charset',
      text('charset') === 'utf8mb4',
      text('charset'),
      'New tables would not hold every text: ALTER DATABASE … CHARACTER SET utf8mb4.',
    ),
    check('isolation', true, text('isolation'), ''),
  ]
}
