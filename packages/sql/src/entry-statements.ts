import type { Dialect, Grammar } from './dialects/dialect.ts'
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
  /** Copies the message `:start` of `:source` and what follows it to `:id`, `:count` of them. */
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
  const grammar = dialect.grammar(tables)
  const { ms, text, startingAt, endingAt, roundedUp } = grammar
  const { messages } = tables
  const once = (source: string): Statement => compile(source, dialect.placeholders)
  const entry = `${text('id')} AS message_id, ${text(ms('created_at'))} AS created_ms, message_data`
  const [forward, backward] = [`ORDER BY ${grammar.oldestFirst}`, `ORDER BY ${grammar.newestFirst}`]
  const ofId = 'session_id = :id'
  const placed = placesOf(grammar)
  const ofPlaced = placed.ofSession(':id')
  const [after, before] = [`${ofPlaced} AND ${startingAt(':entry', ':id')}`, endingAt(':entry', ':id')]
  const since = `SELECT 1 AS found FROM ${messages} WHERE ${ofPlaced} AND ${startingAt(':first', ':id')} AND ${before} LIMIT :most`
  const counted = text(`(SELECT count(*) FROM (${since}) AS counted)`)
  const onward = (criteria: string): string => unlessOver(criteria, placed.oldestFirst, ':limit')
  const id = `SELECT ${text('id')} AS message_id FROM ${messages} WHERE`
  const copy = (until: string): Statement =>
    once(`INSERT INTO ${messages} (session_id, message_data, created_at)
      SELECT ${text(':id')}, message_data, created_at FROM ${messages}
      WHERE ${placed.ofSession(':source')} AND ${startingAt(':start', ':source')} ${until} ${placed.oldestFirst} LIMIT :count`)
  return {
    newestEntries: once(`SELECT ${entry} ${unlessOver(ofId, backward, ':limit')}`),
    oldestEntries: once(`SELECT ${entry} ${unlessOver(ofId, forward, ':limit')}`),
    entriesBefore: once(`SELECT ${entry} ${unlessOver(`${ofPlaced} AND ${before}`, placed.newestFirst, ':limit')}`),
    entriesAfter: once(`SELECT ${entry} ${onward(after)}`),
    entriesSince: once(`SELECT ${entry}, ${counted} AS counted ${onward(after)}`),
    newestTime: once(
      `SELECT ${text(ms(roundedUp('created_at')))} AS created_ms FROM ${messages} WHERE ${ofId} ${backward} LIMIT 1`,
    ),
    oldestId: once(`${id} ${ofId} ${forward} LIMIT 1`),
    idAfter: once(`${id} ${ofPlaced} AND ${startingAt(':start', ':id')} ${placed.oldestFirst} LIMIT 1 OFFSET :count`),
    copy: copy(''),
    copyUpTo: copy(`AND ${endingAt(':last', ':source')}`),
  }
}

/** How messages are found by their place, with the words that order them. */
export function placesOf({ placed, oldestFirst, newestFirst }: Grammar): NonNullable<Grammar['placed']> {
  const orders = placed ?? { oldestFirst, newestFirst }
  return {
    ofSession: (session) => placed?.ofSession(session) ?? `session_id = ${session}`,
    oldestFirst: `ORDER BY ${orders.oldestFirst}`,
    newestFirst: `ORDER BY ${orders.newestFirst}`,
  }
}
