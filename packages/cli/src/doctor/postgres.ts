import { load } from '../stores/resolve.ts'
import { type Check, check, type Doctor } from './check.ts'

interface Client {
  connect(): Promise<unknown>
  query(text: string): Promise<{ rows: Record<string, unknown>[] }>
  end(): Promise<unknown>
}

type Driver = { default: { Client: new (options: { connectionString: string }) => Client } }

const query = `SELECT current_setting('server_version') AS version,
  (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS tls,
  inet_client_addr() IS NULL OR inet_client_addr() <<= '127.0.0.0/8' OR inet_client_addr() = '::1' AS local,
  current_setting('synchronous_commit') AS commits,
  current_setting('fsync') AS fsync,
  current_setting('full_page_writes') AS pages,
  current_setting('default_transaction_isolation') AS isolation,
  current_setting('server_encoding') AS encoding,
  pg_is_in_recovery() AS replica,
  extract(epoch FROM clock_timestamp()) * 1000 AS now`

export const postgresDoctor: Doctor = async ({ url, adapter }) => {
  const { module } = await load<Driver>('pg', adapter)
  const client = new module.default.Client({ connectionString: url })
  await client.connect()
  try {
    const begin = Date.now()
    const { rows } = await client.query(query)
    return checksOf(rows[0] ?? {}, Number(rows[0]?.now) - (begin + Date.now()) / 2)
  } finally {
    await client.end()
  }
}

function checksOf(found: Readonly<Record<string, unknown>>, skewMs: number): Check[] {
  const text = (name: string): string => String(found[name])
  const tls = found.tls === true
  return [
    check('version', Number.parseInt(text('version'), 10) >= 13, text('version'), 'Upgrade to 13 or later.', 'bad'),
    check(
      'tls',
      tls || found.local === true,
      tls ? 'on' : 'off',
      'What travels can be read: sslmode=verify-full in the url.',
    ),
    check(
      'primary',
      found.replica === false,
      found.replica === true ? 'a replica' : 'yes',
      'Nothing can be written here.',
      'bad',
    ),
    check(
      'synchronous_commit',
      text('commits') !== 'off',
      text('commits'),
      'A crash may lose what was acknowledged: set it to on.',
    ),
    check('fsync', text('fsync') === 'on', text('fsync'), 'A power cut may destroy the database: set it to on.', 'bad'),
    check(
      'full_page_writes',
      text('pages') === 'on',
      text('pages'),
      'A power cut may damage pages: set it to on.',
      'bad',
    ),
    check('isolation', true, text('isolation'), ''),
    check(
      'encoding',
      text('encoding') === 'UTF8',
      text('encoding'),
      'Some texts cannot be stored: use a database in UTF8.',
      'bad',
    ),
    check(
      'clock',
      Math.abs(skewMs) < 1_000,
      `${Math.round(skewMs)} ms apart`,
      'Set the clock of this machine or of the server.',
    ),
  ]
}
