import { someMessages, someSessions } from './batches.ts'
import type { AppendParts, Dialect, GroupParts, TogetherAtOnce, TogetherInSteps } from './dialects/dialect.ts'
import { type EntryStatements, placesOf, prepareEntries } from './entry-statements.ts'
import { type LeaseStatements, prepareLeases } from './lease-statements.ts'
import { type ListingStatements, prepareListing } from './listing-statements.ts'
import { prepareRestoring, type RestoreStatements } from './restore-statements.ts'
import { compile, type Statement } from './statement.ts'
import type { Tables } from './tables.ts'

/** Marks, inside the transaction that creates it, a session that did not exist before. Nobody else ever sees it. */
const never = "'1970-01-01 00:00:00'"

/** Every text sent to a database after its tables stand, one for each operation. */
export interface Statements extends ListingStatements, EntryStatements, LeaseStatements, RestoreStatements {
  readonly all: Statement
  readonly newest: Statement
  readonly firstPage: Statement
  readonly nextPage: Statement

  readonly create: readonly Statement[]
  readonly lock: Statement
  readonly touch: Statement
  /** Gives `:id` its new time where it is there and its ttl has not ended, and that time as `lastId`, for a dialect that can. */
  readonly touchAlive?: Statement
  /** Where the ttl has a table of its own. */
  readonly saveTTL?: Statement
  readonly erase: readonly Statement[]
  /** For the sessions `:id0`, `:id1`, …: as many as `someSessions`, some of them named twice where there are fewer. */
  readonly lockSome: Statement
  readonly eraseSome: readonly Statement[]
  readonly tail: Statement
  /** The same as it is now, whatever the transaction has seen before. */
  readonly tailNow: Statement
  /** The ids of `tail` alone. */
  readonly tailIds: Statement
  readonly drop: Statement
  readonly dropAll: Statement
  /** The messages `:message0`, `:message1`, …, kept to this transaction: as many as `someMessages`, some of them named twice. */
  readonly hold: Statement
  readonly replace: Statement
  /** The same as `hold` names. */
  readonly remove: Statement
  readonly operation: Statement
  readonly saveOperation: Statement
  readonly forgetOperations: Statement
  /** Removes a few of a session that are no longer kept: as many as two appends leave, so that none of them grows with what is kept. */
  readonly pruneOperations: Statement
  /** The same for any sessions, `:limit` of them. */
  readonly purgeOperations: Statement
  readonly forgetMetadata: Statement
  readonly saveMetadata: Statement
  /** Sessions whose ttl has ended, those first whose ended first, after the one of `:after` that ended `:at`. */
  expired(byMinute: boolean): Statement
  /** The whole of an append in one statement, for a dialect that can: all rows, or none where something stands in the way. */
  appendAtOnce?(parts: AppendParts): Statement
  /** For a dialect that can. */
  appendTogether?(parts: GroupParts): TogetherAtOnce<Statement> | TogetherInSteps<Statement> | undefined

  /** One insert of so many rows, for a dialect that has no arrays: `:record0`, `:record1`, … at `:at0`, `:at1`, … or all at `:at`. */
  append(rows: number, timed: boolean): Statement
}

/** The texts of a dialect for these tables. */
export function prepareStatements(dialect: Dialect, tables: Tables): Statements {
  const grammar = dialect.grammar(tables)
  const { now, ms, exact, text, messageId, timestamp, expired, forUpdate } = grammar
  const { sessions, messages, operations, metadata } = tables
  const once = (source: string): Statement => compile(source, dialect.placeholders)

  const ofSession = `FROM ${messages} WHERE session_id = :id`
  const isOver = `EXISTS (SELECT 1 FROM ${sessions} WHERE session_id = :id AND ${expired})`
  const placed = placesOf(grammar)
  /** The messages of `:id`, or none where its ttl has ended. */
  const unlessOver = (criteria: string, order: string, limit?: string): string => {
    const from = `FROM ${messages} WHERE ${criteria} `
    if (grammar.limitUnless !== undefined) return `${from} ${order} ${grammar.limitUnless(isOver, limit)}`
    return `${from} AND NOT ${isOver} ${order} ${limit === undefined ? '' : `LIMIT ${limit}`}`
  }
  const ofId = 'session_id = :id'
  const settings = grammar.wrongSettings === undefined ? '' : `, ${grammar.wrongSettings} AS wrong_settings`
  const oldestFirst = `ORDER BY ${grammar.oldestFirst}`
  const newestFirst = `ORDER BY ${grammar.newestFirst}`
  const tail = `SELECT ${text('id')} AS message_id, message_data ${ofSession} ${newestFirst} LIMIT :limit`
  const ids = Array.from({ length: someSessions }, (_, index) => `:id${index}`)
  const some = `session_id IN (${ids.join(', ')})`
  const named = `session_id = :id AND id IN (${Array.from({ length: someMessages }, (_, index) => messageId(`:message${index}`)).join(', ')})`
  const expiredPage = once(grammar.expiredPage)
  const expiredByMinute = grammar.minutes === undefined ? expiredPage : once(grammar.minutes.expiredPage)
  const appends = new Map<string, Statement>()
  const groups = new Map<string, TogetherAtOnce<Statement> | TogetherInSteps<Statement>>()
  // No alias is the name of a column: ORDER BY would sort by the alias.
  const page = `SELECT ${text('id')} AS message_id, ${exact('created_at')} AS exact_time, message_data`
  return {
    all: once(`SELECT message_data ${unlessOver(ofId, oldestFirst)}`),
    newest: once(`SELECT message_data ${unlessOver(ofId, newestFirst, ':limit')}`),
    firstPage: once(`${page} ${unlessOver(ofId, oldestFirst, ':limit')}`),
    nextPage: once(
      `${page} ${unlessOver(`${placed.ofSession(':id')} AND ${grammar.onwards}`, placed.oldestFirst, ':limit')}`,
    ),
    ...prepareListing(dialect, tables),
    ...prepareEntries(dialect, tables, unlessOver),
    ...prepareLeases(dialect, tables),
    ...prepareRestoring(dialect, tables),

    create: [
      ...(grammar.beforeCreate ?? []),
      `INSERT INTO ${sessions} (session_id, created_at, updated_at)
      VALUES (:id, ${timestamp(never)}, ${timestamp(never)}) ${grammar.unlessThere('session_id')}`,
    ].map(once),
    lock: once(`SELECT ${text(ms('updated_at'))} AS updated_ms, ${text(ms(now))} AS now_ms, ${text(expired)} AS expired,
        ${text(grammar.ttlMs)} AS ttl_ms, ${grammar.metadata} AS metadata${settings}
      FROM ${sessions} WHERE session_id = :id ${forUpdate}`),
    touch: once(`UPDATE ${sessions}
      SET created_at = CASE WHEN updated_at = ${timestamp(never)} THEN ${timestamp(':at')} ELSE created_at END,
        updated_at = ${timestamp(':at')} ${grammar.touches} WHERE session_id = :id`),
    ...(grammar.touchAlive !== undefined && { touchAlive: once(grammar.touchAlive) }),
    ...(grammar.saveTTL !== undefined && { saveTTL: once(grammar.saveTTL) }),
    erase: grammar.erase('session_id = :id').map(once),
    lockSome: once(`SELECT session_id, ${text(ms('updated_at'))} AS updated_ms, ${text(expired)} AS expired${settings}
      FROM ${sessions} ${grammar.byKey ?? ''} WHERE ${some} ORDER BY session_id ${forUpdate}`),
    eraseSome: (grammar.eraseSome?.(ids) ?? grammar.erase(some)).map(once),
    tail: once(tail),
    tailNow: once(`${tail} ${forUpdate}`),
    tailIds: once(`SELECT ${text('id')} AS message_id ${ofSession} ${newestFirst} LIMIT :limit`),
    drop: once(grammar.drop),
    dropAll: once(`DELETE ${ofSession}`),
    hold: once(
      `SELECT ${text('id')} AS message_id, message_data FROM ${messages} ${grammar.byKey ?? ''} WHERE ${named} ${forUpdate}`,
    ),
    // A column of this type may be one that a server sets anew in every update.
    replace: once(
      `UPDATE ${messages} SET message_data = :record, created_at = created_at WHERE session_id = :id AND id = ${messageId(':message')}`,
    ),
    remove: once(`DELETE FROM ${messages} WHERE ${named}`),
    operation: once(`SELECT fingerprint FROM ${operations} WHERE session_id = :id AND operation_id = :operation`),
    saveOperation: once(`INSERT INTO ${operations} (session_id, operation_id, fingerprint, forget_at)
      VALUES (:id, :operation, :fingerprint, ${timestamp(':forgetAt')})`),
    forgetOperations: once(`DELETE FROM ${operations} WHERE session_id = :id`),
    pruneOperations: once(grammar.pruneOperations),
    purgeOperations: once(grammar.purgeOperations),
    forgetMetadata: once(`DELETE FROM ${metadata} WHERE session_id = :id`),
    saveMetadata: once(grammar.saveMetadata),
    expired: (byMinute) => (byMinute ? expiredByMinute : expiredPage),
    ...(grammar.appendAtOnce !== undefined && {
      appendAtOnce: (parts) => {
        const key = JSON.stringify(parts)
        const statement = appends.get(key) ?? once(grammar.appendAtOnce?.(parts) ?? '')
        appends.set(key, statement)
        return statement
      },
    }),
    ...(grammar.appendTogether !== undefined && {
      appendTogether: (parts) => {
        const key = JSON.stringify(parts)
        const found = groups.get(key)
        if (found !== undefined) return found
        const texts = grammar.appendTogether?.(parts)
        if (texts === undefined) return undefined
        const compiled = Object.entries(texts).map(([name, text]) => [name, once(text)])
        const made: TogetherAtOnce<Statement> | TogetherInSteps<Statement> = Object.fromEntries(compiled)
        groups.set(key, made)
        return made
      },
    }),

    append: (rows, timed) => {
      const key = `${rows} ${timed}`
      const found = appends.get(key)
      if (found !== undefined) return found
      const time = (row: number): string => grammar.messageTime(timed ? `:at${row}` : ':at')
      const values = Array.from({ length: rows }, (_, row) => `(:id, :record${row}, ${time(row)})`)
      const statement = once(
        `INSERT INTO ${messages} (session_id, message_data, created_at) VALUES ${values.join(', ')}`,
      )
      appends.set(key, statement)
      return statement
    },
  }
}
