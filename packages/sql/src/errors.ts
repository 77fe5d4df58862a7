import { SessionError } from '@sessions/core'
import { type DriverError, driverError } from './driver-error.ts'
import { Failure, SettingsChanged } from './failures.ts'
import { busy, errorNumbers, full, type Meaning, missing, noneFree, sqliteCodes, sqlStates } from './meanings.ts'
import { meaningOfPool } from './pools/meanings.ts'
import { redact } from './redact.ts'

/** What a failed connection looks like where no server says so: Node's codes, and those of mysql2 and mariadb. */
const lostCode =
  /^(E(CONN(RESET|REFUSED|ABORTED)|PIPE|TIMEDOUT|NOTFOUND|HOSTUNREACH|NETUNREACH|AI_AGAIN)|PROTOCOL_CONNECTION_LOST|ER_(SOCKET|CMD_|CONNECTION_|SERVER_SHUTDOWN).*)$/
/** SQLSTATEs after which Postgres closes the connection: its own failures, shutdowns, and timeouts of idle ones. */
const lostStates = /^(08|57P|25P0[34])/
/** Error numbers of MySQL and MariaDB with which a server closes the connection. */
const lostNumbers = new Set([1053, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 3169, 4031])
/** pg gives these no code. */
const lostMessage =
  /^(Connection terminated|Client (was closed|has encountered a connection error)|timeout expired|Query read timeout)/

/**
 * Codes with which others were in the way. 55P03: for the time of one statement, and not for all that a call may take. 1467: MariaDB draws
 * ids under a lock while somebody's `INSERT … SELECT` is under way.
 */
const collisions = new Set<unknown>(['40001', '40P01', '55P03', 'SQLITE_BUSY', 1020, 1205, 1213, 1412, 1467])
/** Codes of servers that take no connection more, for as long as others keep theirs. */
const fullCodes = new Set<unknown>(['53300', '08004', 1040, 1135, 1203, 1226])
/** What PgBouncer says then, with a code that it has for everything. */
const fullMessage = /^(no more connections allowed|query_wait_timeout)/
/** Codes of servers that take no writes, where another one may: a former primary, a node outside of its cluster. */
const readOnlyCodes = new Set<unknown>(['25006', 1047, 1290, 1792, 1836])
/** Of these, those with which a COMMIT is refused and the transaction rolled back (`ha_commit_trans` of both servers). */
const refusedCommits = new Set<unknown>([1047, 1290, 1836])
/** What the drivers say of a connection that they found closed before they sent anything; pg and mysql2 without a code. */
const unsent = /is not queryable$|^Can't add new command when connection is in closed state/
const unsentCode = /^ER_(CMD_CONNECTION_CLOSED|CONNECTION_ALREADY_CLOSED)$/
/** TLS that fails today fails tomorrow: OpenSSL's codes in Node (https://nodejs.org/api/tls.html), those of mysql2 and mariadb. */
const tlsCode =
  /^(ERR_(TLS|SSL)_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|HANDSHAKE_NO_SSL|HANDSHAKE_SSL|ER_(SERVER_SSL_DISABLED|SELF_SIGNED|TLS_))/
const noTLS = /^The server does not support SSL connections/

/** Others changed the same rows in a way that no lock keeps them from. Nothing of the transaction may stay. */
export class Collision extends Error {
  override name = 'Collision'
}

/** No connection of the pool became free in time. */
export class NoConnection extends Error {
  override name = 'NoConnection'
}

/** The server sent nothing for so long that it, or the way to it, counts as gone. */
export class Silence extends Error {
  override name = 'Silence'

  constructor(silenceMs: number) {
    super(`The server sent nothing for ${silenceMs} ms.`)
  }
}

/** Whether the server itself said no: then nothing of the statement stays. Anything else leaves that open. */
export function isRefusal(error: unknown): boolean {
  const { severity, errno, code } = driverError(error)
  if (isLost(error)) return false
  // The word of Postgres for the severity is in the server's language.
  if (severity !== undefined || isSQLiteCode(code)) return true
  return typeof errno === 'number' && errno >= 1000 && errno < 45_000 && Math.floor(errno / 1000) !== 2
}

/** Whether a commit that failed so was undone. MySQL's servers may refuse one for reasons that leave it open. */
export function isRolledBack(error: unknown): boolean {
  const { severity, code, errno } = driverError(error)
  if (severity !== undefined) return !isLost(error)
  return isSQLiteCode(code) || isCollision(error) || refusedCommits.has(errno)
}

/** Whether nothing of the statement has left this process, or reached a server behind a pooler. */
export function isUnsent(error: unknown): boolean {
  const { message = '', code } = driverError(error)
  return unsent.test(message) || (typeof code === 'string' && unsentCode.test(code)) || isFull(error)
}

/** Whether the server has no connection left, which waiting may help. */
export function isFull(error: unknown): boolean {
  const { code, errno, message = '' } = driverError(error)
  return fullCodes.has(code) || fullCodes.has(errno) || fullMessage.test(message)
}

/** Whether the connection leads to a server that takes no writes, so that it is of no use even where it works. */
export function isReadOnly(error: unknown): boolean {
  const { code, errno } = driverError(error)
  return readOnlyCodes.has(code) || readOnlyCodes.has(errno)
}

function isSQLiteCode(code: unknown): code is string {
  return typeof code === 'string' && code.startsWith('SQLITE_')
}

/** Whether the connection is of no use any more, or was never had. */
export function isLost(error: unknown): boolean {
  if (error instanceof Silence) return true
  const { name = '', message = '' } = error as DriverError
  if (/^Sequelize(Connection(?!AcquireTimeout)|Host|AccessDenied|InvalidConnection)/.test(name)) return true
  const { code, errno, fatal, severity } = driverError(error)
  if (severity !== undefined) return lostStates.test(String(code)) || severity === 'FATAL' || severity === 'PANIC'
  if (fatal === true || lostNumbers.has(Number(errno))) return true
  return (typeof code === 'string' && lostCode.test(code)) || lostMessage.test(message)
}

/** Whether others were in the way and trying again helps. The transaction must have been rolled back. */
export function isCollision(error: unknown): boolean {
  if (error instanceof Collision) return true
  const { code, errno } = driverError(error)
  return collisions.has(code) || collisions.has(errno)
}

/**
 * Whether a prepared statement was not found, or found where it should not be: a pooler between us and the server gives
 * each transaction another connection, or someone reset this one.
 */
export function isUnprepared(error: unknown): boolean {
  const { code, message = '' } = driverError(error)
  // pg refuses by itself what somebody between us, such as a tracer, makes different each time.
  return code === '26000' || code === '42P05' || code === '0A000' || /^Prepared statements must be unique/.test(message)
}

/**
 * Whether the connection is not the one that it was: its settings were changed, its statements forgotten by a reset (1243), or
 * there are too many of them on the server (1461), which throwing it away makes fewer. Another connection may do.
 */
export function isReset(error: unknown): boolean {
  const { errno } = driverError(error)
  return error instanceof SettingsChanged || errno === 1243 || errno === 1461 || isUnconvertible(error)
}

/** Whether the server takes what was sent for another character set than it was sent in. */
export function isUnconvertible(error: unknown): boolean {
  const { errno } = driverError(error)
  return errno === 3988 || errno === 1300
}

/**
 * Whether the server cannot do what it was asked for, nor will it be able to later: it does not know the words (1064, 1235, 1305), or does not
 * write so to its log (1665).
 */
export function isUnable(error: unknown): boolean {
  return [1064, 1235, 1305, 1665].includes(Number(driverError(error).errno))
}

/** Whether a row with that key is there already. */
export function isUniqueViolation(error: unknown): boolean {
  const { code, errno } = driverError(error)
  return code === '23505' || code === 'SQLITE_CONSTRAINT' || errno === 1062
}

/** Whether somebody has just made, or changed, what was to be made: tables, indexes, columns, schemas and their names. */
export function isThereAlready(error: unknown): boolean {
  const { code, errno, message = '' } = driverError(error)
  if (code === 'XX000') return /^tuple concurrently/.test(message)
  return ['42P06', '42P07', '42701', '42710', '23505'].includes(String(code)) || errno === 1050 || errno === 1061
}

/** Whether a column is not there, or is of a type that is no time: the table is not what its name says. */
export function isColumnOfOthers(error: unknown): boolean {
  const { code, errno } = driverError(error)
  return (
    code === '42703' ||
    code === '42883' ||
    errno === 1054 ||
    (code === 'SQLITE_ERROR' && /no such column/.test(String((error as Error).message)))
  )
}

export function isTableMissing(error: unknown): boolean {
  const { code, errno } = driverError(error)
  return (
    code === '42P01' ||
    code === '3F000' ||
    errno === 1146 ||
    (code === 'SQLITE_ERROR' && /no such table/.test(String((error as Error).message)))
  )
}

/** Whether nothing was tried, since neither the pool nor the server had a connection left. */
export function gotNoConnection(error: unknown): boolean {
  const [, message] = meaningOf(error) ?? []
  return message === noneFree || message === full
}

/** By the driver's code; `undefined` for what neither a driver nor Sequelize threw. */
export function mapError(error: unknown, options: { ambiguous?: boolean } = {}): SessionError | undefined {
  const [code, message, meant] = meaningOf(error) ?? []
  if (code === undefined || message === undefined) return undefined
  const doubt = options.ambiguous === true ? ' No answer came: the write may have been done all the same.' : ''
  return new SessionError(code, message + doubt, { ...meant, ...options, cause: redact(error) })
}

function meaningOf(error: unknown): Meaning | undefined {
  const { name = '', message = '' } = error as DriverError
  if (error instanceof Failure) return error.meaning
  if (error instanceof Collision) return ['SESSION_BUSY', busy]
  if (error instanceof Silence) return ['SESSION_UNAVAILABLE', message]
  if (error instanceof NoConnection || name === 'SequelizeConnectionAcquireTimeoutError') {
    return ['SESSION_BUSY', noneFree]
  }
  const { code, errno, severity, message: said = '' } = driverError(error)
  const ofPool = meaningOfPool(code, said)
  if (ofPool !== undefined) return ofPool
  if (isSQLiteCode(code) && isTableMissing(error)) return ['SESSION_SCHEMA_MISSING', missing]
  if (isSQLiteCode(code)) return sqliteCodes[code] ?? ['SESSION_BACKEND', `SQLite failed with ${code}.`]
  const known = severity !== undefined ? sqlStates[String(code)] : errorNumbers[Number(errno)]
  if (known !== undefined) return known
  if (isFull(error)) return ['SESSION_BUSY', full]
  if ((typeof code === 'string' && tlsCode.test(code)) || noTLS.test(said)) {
    return ['SESSION_UNAVAILABLE', 'No connection with TLS can be made as asked: see the cause.', { retryable: false }]
  }
  if (isLost(error)) return ['SESSION_UNAVAILABLE', 'There is no connection to the database.']
  if (severity !== undefined || errno !== undefined) {
    return ['SESSION_BACKEND', `The database failed with ${severity !== undefined ? code : `error ${errno}`}.`]
  }
  return undefined
}
