import { SessionError, type SessionErrorCode, type SessionErrorOptions } from '@sessions/core'

type Meaning = readonly [code: SessionErrorCode, message: string, options?: Pick<SessionErrorOptions, 'retryable'>]

const encoding =
  'The encoding of the database has no such character: the sessions need a database in UTF-8 (CREATE DATABASE … ENCODING UTF8). Nothing was written.'
const exhausted =
  'The ids of the messages are used up: ALTER TABLE … ALTER COLUMN id TYPE BIGINT, and ALTER SEQUENCE … AS BIGINT. Nothing was written.'
const busy = 'Others held a lock for too long, or changed the same rows again and again.'
const full = 'The server has no connection left: raise its limit, or lower the size of the pools.'
const refused = 'The server refused the credentials.'
const readOnly = 'The server is read-only: a standby, or one that is being moved.'
const denied = 'The database user lacks a privilege that this needs: see the cause.'
const missing =
  'A table of the sessions is not there: run the statements of SQLStore.schemaSQL(), or pass createTables: true.'
const noDatabase = 'The database that the url names does not exist.'
const changed =
  'The settings of the connection are changed again and again by others, so that it would spoil data: give the sessions a pool of their own. Nothing was written.'
const packet =
  'The server takes no packet of this size: raise its max_allowed_packet, or store smaller items. Nothing was written.'
const mutilated =
  'The server could not store what it was given as it is, and is not strict about that: a column is too short, or in another character set than utf8mb4. Nothing was written.'
const diskFull = 'The disk of the server is full. Nothing was written.'

/** SQLSTATEs of Postgres (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const sqlStates: Readonly<Record<string, Meaning>> = {
  '40001': ['SESSION_BUSY', busy],
  '40P01': ['SESSION_BUSY', busy],
  '55P03': ['SESSION_BUSY', busy],
  '57014': ['SESSION_BUSY', 'The server cancelled the statement, as its own timeouts say.'],
  '53300': ['SESSION_BUSY', full],
  '28000': ['SESSION_UNAVAILABLE', refused, { retryable: false }],
  '28P01': ['SESSION_UNAVAILABLE', refused, { retryable: false }],
  '3D000': ['SESSION_UNAVAILABLE', noDatabase, { retryable: false }],
  '25006': ['SESSION_UNAVAILABLE', readOnly],
  '57P01': ['SESSION_UNAVAILABLE', 'The server is shutting down.'],
  '57P02': ['SESSION_UNAVAILABLE', 'The server crashed.'],
  '57P03': ['SESSION_UNAVAILABLE', 'The server is starting or shutting down.'],
  '42P01': ['SESSION_SCHEMA_MISSING', missing],
  '42703': ['SESSION_SCHEMA_MISSING', missing],
  '3F000': ['SESSION_SCHEMA_MISSING', 'The schema does not exist: create it, or pass createTables: true.'],
  '42501': ['SESSION_BACKEND', denied],
  '22P05': ['SESSION_BACKEND', encoding],
  '22021': ['SESSION_BACKEND', encoding],
  '2200H': ['SESSION_BACKEND', exhausted],
  '53100': ['SESSION_BACKEND', diskFull],
}

/** Error numbers of MySQL and MariaDB (https://mariadb.com/docs/server/reference/error-codes). */
const errorNumbers: Readonly<Record<number, Meaning>> = {
  1020: ['SESSION_BUSY', busy],
  1205: ['SESSION_BUSY', busy],
  1213: ['SESSION_BUSY', busy],
  1317: ['SESSION_BUSY', 'The server interrupted the statement.'],
  1969: ['SESSION_BUSY', 'The server cancelled the statement, as its own timeouts say.'],
  3024: ['SESSION_BUSY', 'The server cancelled the statement, as its own timeouts say.'],
  1040: ['SESSION_BUSY', full],
  1203: ['SESSION_BUSY', full],
  1045: ['SESSION_UNAVAILABLE', refused, { retryable: false }],
  1044: ['SESSION_UNAVAILABLE', refused, { retryable: false }],
  1049: ['SESSION_UNAVAILABLE', noDatabase, { retryable: false }],
  1047: ['SESSION_UNAVAILABLE', 'The node has no part in its cluster at the moment.'],
  1290: ['SESSION_UNAVAILABLE', readOnly],
  1792: ['SESSION_UNAVAILABLE', readOnly],
  1836: ['SESSION_UNAVAILABLE', readOnly],
  1146: ['SESSION_SCHEMA_MISSING', missing],
  1054: ['SESSION_SCHEMA_MISSING', missing],
  1142: ['SESSION_BACKEND', denied],
  1021: ['SESSION_BACKEND', diskFull],
  1114: ['SESSION_BACKEND', diskFull],
  1153: ['SESSION_BACKEND', packet],
  45046: ['SESSION_BACKEND', packet],
  1461: [
    'SESSION_BACKEND',
    'The server keeps no more prepared statements: raise its max_prepared_stmt_count, or lower the size of the pools. Nothing was written.',
  ],
  1709: [
    'SESSION_BACKEND',
    'The row format of a table is too short for its keys: ALTER TABLE … ROW_FORMAT=DYNAMIC. Nothing was written.',
  ],
}

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
const sqliteCodes: Readonly<Record<string, Meaning>> = {
  SQLITE_BUSY: ['SESSION_BUSY', busy],
  SQLITE_LOCKED: ['SESSION_BUSY', busy],
  SQLITE_CANTOPEN: ['SESSION_UNAVAILABLE', 'The database file cannot be opened.'],
  SQLITE_MISUSE: ['SESSION_UNAVAILABLE', 'The database was closed by its owner.', { retryable: false }],
}

/** What a failed connection looks like where no server says so: Node's codes, and those of mysql2 and mariadb. */
const lostCode =
  /^(E(CONN(RESET|REFUSED|ABORTED)|PIPE|TIMEDOUT|NOTFOUND|HOSTUNREACH|NETUNREACH|AI_AGAIN)|PROTOCOL_CONNECTION_LOST|ER_(SOCKET|CMD_|CONNECTION_|SERVER_SHUTDOWN).*)$/
/** SQLSTATEs after which Postgres closes the connection: its own failures, shutdowns, and timeouts of idle ones. */
const lostStates = /^(08|57P|58|25P0[34])/
/** Error numbers of MySQL and MariaDB with which a server closes the connection. */
const lostNumbers = new Set([1053, 1158, 1159, 1160, 1161, 1184, 1927, 3169, 4031])
/** pg gives these no code. */
const lostMessage =
  /^(Connection terminated|Client (was closed|has encountered a connection error)|timeout expired|Query read timeout)/

interface DriverError {
  name?: string
  message?: string
  code?: unknown
  errno?: unknown
  sqlState?: unknown
  severity?: unknown
  fatal?: unknown
  parent?: unknown
}

/** Others changed the same rows in a way that no lock keeps them from. Nothing of the transaction may stay. */
export class Collision extends Error {
  override name = 'Collision'
}

/** Somebody has changed what was settled for the connection: nothing of what it was used for may stay. */
export class SettingsChanged extends Error {
  override name = 'SettingsChanged'
}

/** The server stored something else than it was given, and told so with a warning. Nothing of it may stay. */
export class Mutilated extends Error {
  override name = 'Mutilated'
}

/** What was to be sent is more than the server takes at once; nothing was. */
export class PacketTooLarge extends Error {
  override name = 'PacketTooLarge'

  constructor(packetBytes: number) {
    super(`max_allowed_packet is ${packetBytes}.`)
  }
}

/** The error of the driver, also where Sequelize wrapped it. */
function driverError(error: unknown): DriverError {
  const { parent } = error as DriverError
  return (typeof parent === 'object' && parent !== null ? parent : error) as DriverError
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
  const { severity, code } = driverError(error)
  return (severity !== undefined && !isLost(error)) || isSQLiteCode(code) || isCollision(error)
}

function isSQLiteCode(code: unknown): code is string {
  return typeof code === 'string' && code.startsWith('SQLITE_')
}

/** Whether the connection is of no use any more, or was never had. */
export function isLost(error: unknown): boolean {
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
  return (
    code === '40001' || code === '40P01' || code === 'SQLITE_BUSY' || errno === 1020 || errno === 1205 || errno === 1213
  )
}

/**
 * Whether a prepared statement was not found, or found where it should not be: a pooler between us and the server gives
 * each transaction another connection, or someone reset this one.
 */
export function isUnprepared(error: unknown): boolean {
  const { code } = driverError(error)
  if (code === '26000' || code === '42P05' || code === '0A000') return true
  // pg refuses by itself what somebody between us, such as a tracer, makes different each time.
  return code === undefined && /^Prepared statements must be unique/.test((error as DriverError).message ?? '')
}

/**
 * Whether the connection is not the one that it was: its settings were changed, its statements forgotten by a reset (1243), or
 * there are too many of them on the server (1461), which throwing it away makes fewer. Another connection may do.
 */
export function isReset(error: unknown): boolean {
  const { errno } = driverError(error)
  return error instanceof SettingsChanged || errno === 1243 || errno === 1461
}

export function isUniqueViolation(error: unknown): boolean {
  return driverError(error).code === '23505'
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

/** By the driver's code; `undefined` for what neither a driver nor Sequelize threw. */
export function mapError(error: unknown, options: { ambiguous?: boolean } = {}): SessionError | undefined {
  const [code, message, meant] = meaningOf(error) ?? []
  if (code === undefined || message === undefined) return undefined
  const doubt = options.ambiguous === true ? ' No answer came: the write may have been done all the same.' : ''
  return new SessionError(code, message + doubt, { ...meant, ...options, cause: redact(error) })
}

function meaningOf(error: unknown): Meaning | undefined {
  const { name = '', message = '' } = error as DriverError
  if (error instanceof Collision) return ['SESSION_BUSY', busy]
  if (error instanceof PacketTooLarge) return ['SESSION_BACKEND', packet]
  if (error instanceof Mutilated) return ['SESSION_BACKEND', mutilated]
  if (error instanceof SettingsChanged) return ['SESSION_BACKEND', changed]
  if (name === 'SequelizeConnectionAcquireTimeoutError') {
    return ['SESSION_BUSY', 'No connection of the pool became free in time.']
  }
  if (/connection manager was closed|pool is draining/.test(message)) {
    return ['SESSION_UNAVAILABLE', 'The Sequelize was closed by its owner.', { retryable: false }]
  }
  const { code, errno, severity } = driverError(error)
  if (isTableMissing(error)) return ['SESSION_SCHEMA_MISSING', missing]
  if (isSQLiteCode(code)) return sqliteCodes[code] ?? ['SESSION_BACKEND', `SQLite failed with ${code}.`]
  const known = severity !== undefined ? sqlStates[String(code)] : errorNumbers[Number(errno)]
  if (known !== undefined) return known
  if (isLost(error)) return ['SESSION_UNAVAILABLE', 'There is no connection to the database.']
  if (severity !== undefined || errno !== undefined) {
    return ['SESSION_BACKEND', `The database failed with ${severity !== undefined ? code : `error ${errno}`}.`]
  }
  return undefined
}

/** Takes out of a driver's error what may quote rows or values: they are nobody's business but the caller's. */
function redact(error: unknown): unknown {
  for (const each of new Set([error, driverError(error)])) {
    if (!(each instanceof Error)) continue
    const fields = each as unknown as Record<string, unknown>
    for (const field of ['detail', 'hint', 'where', 'internalQuery', 'sql', 'parameters', 'query']) {
      if (field in fields) fields[field] = undefined
    }
    const quotes = quotesValues(fields)
    const message = quotes
      ? 'The message is left out, since it quotes values.'
      : String(fields.sqlMessage ?? each.message)
    if (message === each.message) continue
    each.message = message
    each.stack = `${each.name}: ${message}`
    if (quotes) fields.sqlMessage = undefined
  }
  return error
}

/**
 * Whether the message may quote values. SQLSTATE classes: 22 malformed or too long, 23 and 44 against a constraint, 45 and P0
 * what a trigger says, which may also choose a state of its own.
 */
function quotesValues({ severity, code, sqlState, errno, routine }: Record<string, unknown>): boolean {
  const state = String(severity !== undefined ? code : (sqlState ?? ''))
  if (routine === 'exec_stmt_raise' || errno === 1644) return true
  return /^(22|23|44|45|P0)/.test(state) || errno === 1366 || errno === 1406
}
