import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { SessionError } from '@sessions/core'
import { checkParameters, isMilliseconds, isSeconds, isText, type Parameters } from './parameters.ts'
import type { ServerURL } from './server-url.ts'
import type { ConnectOptions, Target } from './target.ts'

/** Milliseconds until a server that does not answer counts as unavailable. */
const connectTimeoutMs = 10_000

/** How a server is to be known, each more strictly than the one before. */
type TLS = 'off' | 'encrypted' | 'verify-ca' | 'verify-full'
const strictness: readonly TLS[] = ['off', 'encrypted', 'verify-ca', 'verify-full']

/** Parameters for TLS of MySQL's own clients, of libpq, Prisma, Go's driver, JDBC and SQLAlchemy, with what each word asks for. */
const tlsWords: Readonly<Record<string, Readonly<Record<string, TLS>>>> = {
  'ssl-mode': mysqlWords(),
  sslMode: mysqlWords(),
  ssl_mode: mysqlWords(),
  sslmode: {
    disable: 'off',
    require: 'encrypted',
    'no-verify': 'encrypted',
    'verify-ca': 'verify-ca',
    'verify-full': 'verify-full',
    ...mysqlWords(),
  },
  ssl: { true: 'verify-full', '1': 'verify-full', false: 'off', '0': 'off' },
  tls: { true: 'verify-full', '1': 'verify-full', false: 'off', '0': 'off', 'skip-verify': 'encrypted' },
  sslaccept: { strict: 'verify-full', accept_invalid_certs: 'encrypted' },
}

function mysqlWords(): Readonly<Record<string, TLS>> {
  const words: Readonly<Record<string, TLS>> = {
    DISABLED: 'off',
    REQUIRED: 'encrypted',
    VERIFY_CA: 'verify-ca',
    VERIFY_IDENTITY: 'verify-full',
  }
  return { ...words, ...Object.fromEntries(Object.entries(words).map(([word, tls]) => [word.toLowerCase(), tls])) }
}

/** Names of files with certificates, by the option of the drivers. */
const files: Readonly<Record<'ca' | 'cert' | 'key', readonly string[]>> = {
  ca: ['ssl-ca', 'ssl_ca', 'sslca', 'sslrootcert'],
  cert: ['ssl-cert', 'ssl_cert', 'sslcert'],
  key: ['ssl-key', 'ssl_key', 'sslkey'],
}
const sockets = ['socketPath', 'socket', 'unix_socket']

const known: Parameters = {
  ...Object.fromEntries(Object.entries(tlsWords).map(([name, words]) => [name, Object.keys(words)])),
  ...Object.fromEntries(Object.values(files).flatMap((names) => names.map((name) => [name, isText]))),
  ...Object.fromEntries(sockets.map((name) => [name, isText])),
  // Whatever of it is asked for, all of Unicode is what it gets.
  charset: (value) => /^utf8(mb[34])?(_\w+)?$/i.test(value),
  connectTimeout: isMilliseconds,
  connect_timeout: isSeconds,
}

/** @throws TypeError */
export function parseMySQL(dialect: 'mariadb' | 'mysql', url: ServerURL): Target {
  const { parameters } = url
  checkParameters(
    dialect,
    parameters,
    dialect === 'mariadb' ? { ...known, allowPublicKeyRetrieval: ['true', 'false'] } : known,
  )
  const tls = tlsOf(parameters)
  // It would look for the name `localhost` instead (mysql2 3.24.6, `startTLS`).
  if (dialect === 'mysql' && tls === 'verify-full' && isIP(url.host) !== 0) {
    throw new TypeError('url asks for the name of the server to be verified, and has only its address: name the host.')
  }
  const socketPath = first(parameters, sockets) ?? (url.host.startsWith('/') ? url.host : undefined)
  const timeoutMs =
    Number(parameters.get('connectTimeout') ?? 0) || Number(parameters.get('connect_timeout') ?? 0) * 1000
  return {
    dialect,
    connect: (): ConnectOptions => ({
      host: url.host || 'localhost',
      ...(url.port !== '' && { port: Number(url.port) }),
      username: url.username,
      password: url.password,
      database: url.database,
      dialectOptions: {
        connectTimeout: timeoutMs || connectTimeoutMs,
        ...(parameters.get('allowPublicKeyRetrieval') === 'true' && { allowPublicKeyRetrieval: true }),
        ...(socketPath !== undefined && { socketPath }),
        ...(tls !== 'off' && { ssl: { ...trust(dialect, tls), ...certificates(parameters) } }),
      },
    }),
  }
}

/** The strictest that the parameters ask for; certificates alone ask for all. */
function tlsOf(parameters: ReadonlyMap<string, string>): TLS {
  const asked = Object.entries(tlsWords).flatMap(([name, words]) => {
    const value = parameters.get(name)
    return value === undefined ? [] : (words[value] ?? [])
  })
  const hasFiles = Object.values(files).some((names) => first(parameters, names) !== undefined)
  if (asked.length === 0) return hasFiles ? 'verify-full' : 'off'
  if (asked.includes('off') && (hasFiles || asked.some((each) => each !== 'off'))) {
    throw new TypeError('url asks for TLS and for none.')
  }
  const strictest = strictness.filter((each) => asked.includes(each)).at(-1) ?? 'off'
  // As libpq does: who brings a certificate of an authority wants it to be looked at.
  return strictest === 'encrypted' && first(parameters, files.ca) !== undefined ? 'verify-ca' : strictest
}

/** By the words of each driver: mysql2 looks at no name unless told to, mariadb at each unless told not to. */
function trust(dialect: 'mariadb' | 'mysql', tls: TLS): object {
  if (tls === 'encrypted') return { rejectUnauthorized: false }
  if (dialect === 'mysql') return { rejectUnauthorized: true, verifyIdentity: tls === 'verify-full' }
  return { rejectUnauthorized: true, ...(tls === 'verify-ca' && { checkServerIdentity: () => undefined }) }
}

function certificates(parameters: ReadonlyMap<string, string>): object {
  const found = Object.entries(files).flatMap(([option, names]) => {
    const path = first(parameters, names)
    return path === undefined ? [] : [[option, path] as const]
  })
  try {
    return Object.fromEntries(found.map(([option, path]) => [option, readFileSync(path, 'utf8')]))
  } catch (error) {
    throw new SessionError('SESSION_BACKEND', 'The certificates that the url asks for cannot be used: see the cause.', {
      cause: error,
    })
  }
}

function first(parameters: ReadonlyMap<string, string>, names: readonly string[]): string | undefined {
  return names.map((name) => parameters.get(name)).find((value) => value !== undefined)
}
