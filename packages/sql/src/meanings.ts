import type { SessionErrorCode, SessionErrorOptions } from '@sessions/core'

/** What an error of a driver means; `retryable` where it is not as the code says. */
export type Meaning = readonly [
  code: SessionErrorCode,
  message: string,
  options?: Pick<SessionErrorOptions, 'retryable'>,
]

export const busy = 'Others held a lock for too long, or changed the same rows again and again.'
export const full = 'The server had no connection left: raise its limit, or lower the size of the pools.'
export const noneFree: string =
  'No connection of the pool became free in time. A call made inside of a transaction of the caller, as in sequelize.transaction(), needs ' +
  'one beside that of the transaction: make it through store.using(transaction), or after it, or let the pool have at least 2 (pool.max).'
const noMemory = 'The server had no memory left for this.'
const cancelled = 'The server cancelled the statement, as its own timeouts say.'
const elsewhere = 'The server does not let this client in: see the cause.'
const refused = 'The server refused the credentials.'
const readOnly = 'The server is read-only: a standby, or one that is being moved.'
const denied = 'The database user lacks a privilege that this needs: see the cause.'
export const missing =
  'A table of the sessions is not there: run the statements of SQLStore.schemaSQL(), or pass createTables: true.'
const noDatabase = 'The database that the url names does not exist.'
const diskFull = 'The disk of the server is full. Nothing was written.'

const encoding =
  'The encoding of the database lacks a character that is to be stored: sessions need a database in UTF-8 ' +
  "(CREATE DATABASE … ENCODING 'UTF8'). Nothing was written."
const exhausted =
  'The ids of the messages are used up. ALTER TABLE agent_messages ALTER COLUMN id TYPE BIGINT and ' +
  'ALTER SEQUENCE agent_messages_id_seq AS BIGINT (or as yours are called) make more. Nothing was written.'
export const packet =
  'The server takes no packet of this size: raise its max_allowed_packet, or store smaller items. Nothing was written.'
const prepared =
  'The server keeps no more prepared statements: raise its max_prepared_stmt_count, or lower the size of the pools. ' +
  'Nothing was written.'
const rowFormat =
  'The row format of a table is too short for its keys: ALTER TABLE … ROW_FORMAT=DYNAMIC. Nothing was written.'
export const mutilated: string =
  'The server could not store what it was given as it is, and is not strict about that: a column is too short, or in ' +
  'another character set than utf8mb4. Nothing was written.'
export const changed: string =
  'The settings of the connection are changed again and again by others, so that it would spoil data: give the sessions a ' +
  'pool of their own. Nothing was written.'

/** SQLSTATEs of Postgres (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
export const sqlStates: Readonly<Record<string, Meaning>> = {
  '40001': ['SESSION_BUSY', busy],
  '40P01': ['SESSION_BUSY', busy],
  '55P03': ['SESSION_BUSY', busy],
  '55006': ['SESSION_BUSY', busy],
  '57014': ['SESSION_BUSY', cancelled],
  '08004': ['SESSION_BUSY', full],
  '53300': ['SESSION_BUSY', full],
  '53200': ['SESSION_BUSY', noMemory],
  '28000': ['SESSION_UNAVAILABLE', refused, { retryable: false }],
  '28P01': ['SESSION_UNAVAILABLE', refused, { retryable: false }],
  '3D000': ['SESSION_UNAVAILABLE', noDatabase, { retryable: false }],
  '25006': ['SESSION_UNAVAILABLE', readOnly],
  '57P01': ['SESSION_UNAVAILABLE', 'The server is shutting down.'],
  '57P02': ['SESSION_UNAVAILABLE', 'The server crashed.'],
  '57P04': ['SESSION_UNAVAILABLE', noDatabase, { retryable: false }],
  '57P03': ['SESSION_UNAVAILABLE', 'The server is starting or shutting down.'],
  '42P01': ['SESSION_SCHEMA_MISSING', missing],
  '42703': ['SESSION_SCHEMA_MISSING', missing],
  '3F000': ['SESSION_SCHEMA_MISSING', 'The schema does not exist: create it, or pass createTables: true.'],
  '42501': ['SESSION_BACKEND', denied],
  '53100': ['SESSION_BACKEND', diskFull],
  '22P05': ['SESSION_BACKEND', encoding],
  '22021': ['SESSION_BACKEND', encoding],
  '2200H': ['SESSION_BACKEND', exhausted],
}

/** Error numbers of MySQL and MariaDB (https://mariadb.com/docs/server/reference/error-codes). */
export const errorNumbers: Readonly<Record<number, Meaning>> = {
  1020: ['SESSION_BUSY', busy],
  1205: ['SESSION_BUSY', busy],
  1213: ['SESSION_BUSY', busy],
  1206: ['SESSION_BUSY', busy],
  1223: ['SESSION_BUSY', busy],
  1412: ['SESSION_BUSY', busy],
  1467: ['SESSION_BUSY', busy],
  1637: ['SESSION_BUSY', busy],
  1317: ['SESSION_BUSY', 'The server interrupted the statement.'],
  1969: ['SESSION_BUSY', cancelled],
  3024: ['SESSION_BUSY', cancelled],
  1040: ['SESSION_BUSY', full],
  1135: ['SESSION_BUSY', full],
  1203: ['SESSION_BUSY', full],
  1226: ['SESSION_BUSY', 'The user has reached a limit of its own: see the cause.'],
  1037: ['SESSION_BUSY', noMemory],
  1038: ['SESSION_BUSY', noMemory],
  1041: ['SESSION_BUSY', noMemory],
  1129: ['SESSION_UNAVAILABLE', elsewhere, { retryable: false }],
  1130: ['SESSION_UNAVAILABLE', elsewhere, { retryable: false }],
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
  1461: ['SESSION_BACKEND', prepared],
  1071: ['SESSION_BACKEND', rowFormat],
  1709: ['SESSION_BACKEND', rowFormat],
}

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
export const sqliteCodes: Readonly<Record<string, Meaning>> = {
  SQLITE_BUSY: ['SESSION_BUSY', busy],
  SQLITE_LOCKED: ['SESSION_BUSY', busy],
  SQLITE_PROTOCOL: ['SESSION_BUSY', busy],
  SQLITE_INTERRUPT: ['SESSION_BUSY', 'The statement was interrupted.'],
  SQLITE_CANTOPEN: ['SESSION_UNAVAILABLE', 'The database file cannot be opened.'],
  SQLITE_MISUSE: ['SESSION_UNAVAILABLE', 'The database was closed by its owner.', { retryable: false }],
}
