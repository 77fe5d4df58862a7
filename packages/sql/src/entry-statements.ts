import type { Dialect } from './dialects/dialect.ts'
import { compile, type Statement } from './statement.ts'
import type { Tables } from './tables.ts'

/** Texts that read messages by their places, and copy them. */
export interface EntryStatements {
  readonly newestEntries: Statement
  readonly oldestEntries: Statement
  /** The message `:entry` and those before it, newest first; none where it is not there. */
  readonly entriesBefore: Statement
  /** The message `:entry` and those after it, oldest first; none where it is not there. */
  readonly entriesAfter: Statement
  /** The same, and how many there are from `:first` up to `:entry`, counted up to `:most`. */
  readonly entriesSince: Statement
  /** When the newest message was written, in milliseconds, rounded up. */
  readonly newestTime: Statement
  readonly oldestId: Statement
  /** The id of the message that is `:count` after `:start`. */
  readonly idAfter: Statement
  /** Copies the message `:start` of `:from` and what follows it to `:id`, `:count` of them. */
  readonly copy: Statement
  /** The same up to and with the message `:last`. */
  readonly copyUpTo: Statement
}

/** @param unlessOver - the messages of `:id` that match, or none where its ttl has ended */
export function prepareEntries(
  dialect: Dialect,
  tables: Tables,
  unlessOver: (criteria: string, order: string, limit?: string) => string,
): EntryStatements {
  const { ms, text, oldestFirst, newestFirst, startingAt, endingAt, roundedUp } = dialect.grammar(tables)
  const { messages } = tables
  const once = (source: string): Statement => compile(source, dialect.placeholders)
  const entry = `${text('id')} AS message_id, ${text(ms('created_at'))} AS created_ms, message_data`
  const [forward, backward] = [`ORDER BY ${oldestFirst}`, `ORDER BY ${newestFirst}`]
  const [after, before] = [`AND ${startingAt(':entry', ':id')}`, `AND ${endingAt(':entry', ':id')}`]
  const between = `SELECT 1 AS found FROM ${messages}
    WHERE session_id = :id AND ${startingAt(':first', ':id')} ${before} LIMIT :most`
  const counted = text(`(SELECT count(*) FROM (${between}) AS counted)`)
  const ofSession = `FROM ${messages} WHERE session_id = :id`
  const id = `SELECT ${text('id')} AS message_id ${ofSession}`
  const copy = (until: string): Statement =>
    once(`INSERT INTO ${messages} (session_id, message_data, created_at)
      SELECT ${text(':id')}, message_data, created_at FROM ${messages}
      WHERE session_id = :from AND ${startingAt(':start', ':from')} ${until} ${forward} LIMIT :count`)
  return {
    newestEntries: once(`SELECT ${entry} ${unlessOver('', backward, ':limit')}`),
    oldestEntries: once(`SELECT ${entry} ${unlessOver('', forward, ':limit')}`),
    entriesBefore: once(`SELECT ${entry} ${unlessOver(before, backward, ':limit')}`),
    entriesAfter: once(`SELECT ${entry} ${unlessOver(after, forward, ':limit')}`),
    entriesSince: once(`SELECT ${entry}, ${counted} AS counted ${unlessOver(after, forward, ':limit')}`),
    newestTime: once(`SELECT ${text(ms(roundedUp('created_at')))} AS created_ms ${ofSession} ${backward} LIMIT 1`),
    oldestId: once(`${id} ${forward} LIMIT 1`),
    idAfter: once(`${id} AND ${startingAt(':start', ':id')} ${forward} LIMIT 1 OFFSET :count`),
    copy: copy(''),
    copyUpTo: copy(`AND ${endingAt(':last', ':from')}`),
  }
}
