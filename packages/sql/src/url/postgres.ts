import { SessionError } from '@sessions/core'
import { parse } from 'pg-connection-string'
import { requireChannelBinding } from '../drivers/channel-binding.ts'
import { checkParameters, isMilliseconds, isSeconds, isText, type Parameters } from './parameters.ts'
import type { ServerURL } from './server-url.ts'
import type { ConnectOptions, Target } from './target.ts'

/** Milliseconds until a server that does not answer counts as unavailable. */
const connectTimeoutMs = 10_000

/** Those that pg-connection-string, pg and Sequelize all understand, and `schema`, which is ours (and Prisma's). */
const known: Parameters = {
  sslmode: ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'],
  ssl: ['true', 'false', '1', '0'],
  sslrootcert: isText,
  sslcert: isText,
  sslkey: isText,
  uselibpqcompat: ['true'],
  channel_binding: ['disable', 'prefer', 'require'],
  host: isText,
  port: (value) => /^\d{1,5}$/.test(value) && Number(value) < 65_536,
  user: isText,
  password: isText,
  schema: isText,
  application_name: isText,
  options: isText,
  client_encoding: (value) => /^(utf-?8|unicode|auto)$/i.test(value),
  connect_timeout: isSeconds,
  statement_timeout: isMilliseconds,
  lock_timeout: isMilliseconds,
  idle_in_transaction_session_timeout: isMilliseconds,
  query_timeout: isMilliseconds,
}
const texts = ['application_name', 'options']
const times = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'query_timeout']
const ofTLS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'uselibpqcompat']

/** @throws TypeError */
export function parsePostgres(url: ServerURL): Target {
  const { parameters } = url
  checkParameters('postgres', parameters, known)
  const isOff = parameters.get('sslmode') === 'disable' || /^(false|0)$/.test(parameters.get('ssl') ?? '')
  const isOn =
    /^(true|1)$/.test(parameters.get('ssl') ?? '') ||
    ofTLS.some((name) => name !== 'uselibpqcompat' && parameters.has(name))
  if (isOff && ofTLS.concat('ssl').some((name) => asksForTLS(name, parameters.get(name)))) {
    throw new TypeError('url asks for TLS and for none.')
  }
  const port = parameters.get('port') ?? url.port
  return {
    dialect: 'postgres',
    schema: parameters.get('schema'),
    adapt: parameters.get('channel_binding') === 'require' ? requireChannelBinding : undefined,
    connect: (): ConnectOptions => ({
      host: parameters.get('host') ?? (url.host || 'localhost'),
      ...(port !== '' && { port: Number(port) }),
      username: parameters.get('user') ?? url.username,
      password: parameters.get('password') ?? url.password,
      database: url.database,
      dialectOptions: {
        application_name: '@sessions/sql',
        keepAlive: true,
        connectionTimeoutMillis: Number(parameters.get('connect_timeout') ?? 0) * 1000 || connectTimeoutMs,
        clientMinMessages: 'ignore',
        ...pick(parameters, texts, (value) => value),
        ...pick(parameters, times, Number),
        ...(isOff ? { ssl: false } : isOn ? { ssl: tlsOf(parameters) } : {}),
      },
    }),
  }
}

function pick(
  parameters: ReadonlyMap<string, string>,
  names: readonly string[],
  as: (value: string) => unknown,
): object {
  const given = [...parameters].filter(([name]) => names.includes(name))
  return Object.fromEntries(given.map(([name, value]) => [name, as(value)]))
}

function asksForTLS(name: string, value: string | undefined): boolean {
  return value !== undefined && !['disable', 'false', '0'].includes(value) && name !== 'uselibpqcompat'
}

/** As pg-connection-string reads it, which is told of nothing else. `verify-full` is what pg takes these three for. */
function tlsOf(parameters: ReadonlyMap<string, string>): unknown {
  const search = new URLSearchParams()
  for (const name of ofTLS) {
    const value = parameters.get(name)
    if (value !== undefined) search.set(name, value)
  }
  if (!search.has('uselibpqcompat') && /^(prefer|require|verify-ca)$/.test(search.get('sslmode') ?? '')) {
    search.set('sslmode', 'verify-full')
  }
  if (search.size === 0) return true
  try {
    return parse(`postgres://localhost/?${search}`).ssl
  } catch (error) {
    throw new SessionError('SESSION_BACKEND', 'The certificates that the url asks for cannot be used: see the cause.', {
      cause: error,
    })
  }
}
