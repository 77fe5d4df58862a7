import { SessionError } from '@sessions/core'
import type { Connection, Result } from '../connection.ts'
import { isUnconvertible } from '../errors.ts'
import { SettingsChanged } from '../failures.ts'
import { compile, type Statement } from '../statement.ts'
import { numberOf, textOf } from '../values.ts'
import type { Server } from './dialect.ts'

type Settle = (connection: Connection) => Connection

/** One variable of a connection: when it is right, and what makes it so. */
interface Setting {
  readonly name: string
  readonly isRight: string
  readonly value: string
}

/**
 * What spoils data, or leaves reads behind, where it is otherwise. Whatever else a connection may have set makes no
 * difference to our statements, and is the business of those who share the pool.
 */
const watched: readonly Setting[] = [
  ...['character_set_client', 'character_set_connection', 'character_set_results'].map((name) => {
    return { name, isRight: is(`@@${name}`, 'utf8mb4'), value: 'utf8mb4' }
  }),
  // Ends a session or begins another transaction with each commit.
  { name: 'completion_type', isRight: is('@@completion_type', 'NO_CHAIN'), value: "'NO_CHAIN'" },
]

/** Those that are looked at when a connection is first used. */
function allSettings(server: Server, isTheirs: boolean): readonly Setting[] {
  return isTheirs ? ofAny : [...ofAny, ...ofOwnTransactions(server)]
}

/** In whosever transaction. */
const ofAny: readonly Setting[] = [
  ...watched,
  // Does not mix with the binary one of the columns.
  {
    name: 'collation_connection',
    isRight: `NOT (${is('RIGHT(@@collation_connection, 4)', '_bin')})`,
    value: 'utf8mb4_general_ci',
  },
  // Cuts off what is read.
  { name: 'sql_select_limit', isRight: `@@sql_select_limit >= ${2n ** 63n}`, value: `${2n ** 64n - 1n}` },
  // Refuses statements that find their rows in another way than by a constant.
  { name: 'sql_safe_updates', isRight: '@@sql_safe_updates = 0', value: '0' },
]

/** What is ours to choose where the transactions are; to set the first would commit one that is open. */
function ofOwnTransactions({ mariadb }: Server): readonly Setting[] {
  // https://mariadb.com/docs/server/server-management/variables-and-modes/server-system-variables#transaction_isolation
  const isolation = mariadb ? 'tx_isolation' : 'transaction_isolation'
  return [
    // Otherwise each read begins a transaction that shows the same ever after.
    { name: 'autocommit', isRight: '@@autocommit = 1', value: '1' },
    // Shows halves of batches.
    { name: isolation, isRight: `NOT (${is(`@@${isolation}`, 'READ-UNCOMMITTED')})`, value: "'REPEATABLE-READ'" },
  ]
}

/** Whether the bytes are those, in whatever character sets and collations they would be compared. */
function is(expression: string, text: string): string {
  return `CAST(${expression} AS BINARY) = x'${Buffer.from(text).toString('hex')}'`
}

/** An expression: the names of those that are not right, with commas between them. */
function wrongOf(settings: readonly Setting[]): string {
  const names = settings.map(({ name, isRight }) => `IF(${isRight}, NULL, '${name}')`)
  return `CONCAT_WS(', ', ${names.join(', ')})`
}

/** The same for those that a write looks at again: a reset by others, or a pooler, may have taken them back. */
export const wrongSettings: string = wrongOf(watched)

/** Letters of one, two, three and four bytes, and what they must arrive as. */
const probe = 'aå日😀'
const probing = 'the character set of the driver'

/** The names of what is wrong, as seen with a value that travels like those of a write. */
function checkOf(settings: readonly Setting[], alias: 'wrong' | 'still_wrong'): Statement {
  const arrived = `IF(${is('CONVERT(:probe USING utf8mb4)', probe)}, NULL, '${probing}')`
  return compile(
    `SELECT CONCAT_WS(', ', ${arrived}, NULLIF(${wrongOf(settings)}, '')) AS ${alias},
      CAST(@@max_allowed_packet AS CHAR) AS packet_bytes`,
    'positional',
  )
}

/**
 * Sees to it that a connection means what we mean, by changing what it does not, and nothing else. Gives what makes of it the
 * connection to be used from then on.
 * @param isTheirs - whether it is in a transaction of the caller's
 * @throws SESSION_BACKEND that names what cannot be changed
 */
export async function settleMySQL(connection: Connection, server: Server, isTheirs: boolean = false): Promise<Settle> {
  const settings = allSettings(server, isTheirs)
  const found = await connection.run(checkOf(settings, 'wrong'), [probe]).catch(undefinedIfUnconvertible)
  const wrong = found === undefined ? [probing, ...settings.map(({ name }) => name)] : wrongIn(found, 'wrong')
  if (found !== undefined && wrong.length === 0) return (settled) => watching(settled, found)
  await connection.execute(setterOf(settings, wrong))
  // By another text: the driver mariadb would describe the result as that of the first one.
  const left = await connection.run(checkOf(settings, 'still_wrong'), [probe])
  const stillWrong = wrongIn(left, 'still_wrong')
  if (stillWrong.length === 0) return (settled) => watching(settled, left)
  throw new SessionError(
    'SESSION_BACKEND',
    `The connection would spoil what is stored, and cannot be changed: ${stillWrong.join(', ')}. ` +
      'Connect with charset utf8mb4 and with the defaults of the server. Nothing was stored.',
  )
}

function wrongIn({ rows: [row] }: Result, alias: string): string[] {
  if (row === undefined) return [probing]
  return textOf(row, alias)
    .split(', ')
    .filter((name) => name !== '')
}

/** The probe itself may be what the server cannot take. */
function undefinedIfUnconvertible(error: unknown): undefined {
  if (!isUnconvertible(error)) throw error
}

/** The driver hears of the character set by this, where it listens. */
const tracked =
  "session_track_system_variables = 'autocommit,character_set_client,character_set_connection,character_set_results,time_zone'"

function setterOf(settings: readonly Setting[], names: readonly string[]): string {
  // Also where only the driver has another one: it is told so.
  const isWrong = ({ name }: Setting): boolean =>
    names.includes(name) || (names.includes(probing) && name.startsWith('character_set_'))
  return `SET SESSION ${[tracked, ...settings.filter(isWrong).map(({ name, value }) => `${name} = ${value}`)].join(', ')}`
}

/** A connection whose texts must go on leaving and arriving in the character set in which they did first. */
function watching(connection: Connection, { charset, rows }: Result): Connection {
  const encoding = connection.encoding?.()
  const checked = async (work: Promise<Result>): Promise<Result> => {
    const result = await work
    if (result.charset !== undefined && result.charset !== charset) throw new SettingsChanged()
    return result
  }
  return {
    ...connection,
    run: (statement, values) => checked(connection.run(statement, values)),
    execute: (text) => checked(connection.execute(text)),
    packetBytes: rows[0] === undefined ? 0 : numberOf(rows[0], 'packet_bytes'),
    wasChanged: () => connection.encoding?.() !== encoding,
  }
}
