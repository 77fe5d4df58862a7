import type { Dialect } from './dialects/dialect.ts'
import { compile, type Statement } from './statement.ts'
import type { Tables } from './tables.ts'

/** Sessions of one prefix or value of metadata up to which they are looked up and sorted; where there are more, the index of times is followed. */
export const fewSessions = 1_000

/** Which criteria a listing has. */
export interface ListCriteria {
  prefix: boolean
  updatedBefore: boolean
  updatedAfter: boolean
  /** How many keys must have a value. */
  metadata: number
  /** What few sessions have: the prefix, or the first of these values. Those are looked up. */
  few?: 'prefix' | 'metadata'
  /** Whether each comes with the number of its items. */
  counted: boolean
  /** Whether the sessions are indexed by minutes. */
  byMinute: boolean
  /** Whether it goes on behind `:cursorAt` and `:cursorId`. */
  continued: boolean
}

/** How sessions are compared with a time, and with the last one of the page before. */
interface Range {
  readonly time: string
  readonly behind: string
  /** What else is true of those on that side of a time. */
  readonly found?: (side: '<=' | '>=', time: string) => string[]
}

/** Texts that say something of sessions. */
export interface ListingStatements {
  readonly info: Statement
  /** A page of the sessions that match, newest `updatedAt` in milliseconds first, then the id, descending by its bytes. */
  list(criteria: ListCriteria): Statement
  /**
   * How many sessions have each of so many values, and the prefix where there is one, counted up to `fewSessions` and one more: `count0`,
   * `count1`, …, `prefixed`.
   */
  countMatches(keys: number, prefix: boolean): Statement
}

export function prepareListing(dialect: Dialect, tables: Tables): ListingStatements {
  const grammar = dialect.grammar(tables)
  const { ms, exact, text, timestamp, expired, listed, minutes } = grammar
  const { sessions, messages, metadata } = tables
  const once = (source: string): Statement => compile(source, dialect.placeholders)
  const itemCountOf = (rows: string): string =>
    text(`(SELECT count(*) FROM ${messages} WHERE ${messages}.session_id = ${rows}.session_id)`)
  const info = `SELECT session_id, ${text(ms('created_at'))} AS created_ms, ${text(ms('updated_at'))} AS updated_ms,
      ${text(grammar.expiresMs)} AS expires_ms, ${grammar.metadata} AS metadata, ${exact(listed.time)} AS listed_at`
  const infoOf = (rows: string, counted: boolean): string =>
    counted ? `${info}, ${itemCountOf(rows)} AS item_count` : info
  // No server turns it into a join, and Postgres takes it for true of half of all: so that it follows the index until it has enough.
  const has = (key: number): string =>
    `coalesce((SELECT TRUE FROM ${metadata} WHERE ${metadata}.session_id = ${sessions}.session_id AND ${grammar.isMetadata(key)}), FALSE)`
  const isPrefixed = grammar.startsWith ?? 'session_id BETWEEN :prefix AND :prefixEnd'
  const prefixed = `${sessions} WHERE ${isPrefixed}`
  const matching = (key: number): string => `${metadata} WHERE ${grammar.isMetadata(key)}`
  // More than were counted: some may have come since. The limit tells the server, too, that there are few.
  const few = (
    matches: string,
  ): string => `(SELECT session_id AS found_id FROM ${matches} LIMIT ${2 * fewSessions}) AS found
    ${grammar.joinInOrder} ${sessions} ON session_id = found_id`
  const sources = { prefix: few(prefixed), metadata: few(matching(0)) }
  const countUpTo = (matches: string, name: string): string => {
    const some = `SELECT 1 AS found FROM ${matches} LIMIT ${fewSessions + 1}`
    return `${text(`(SELECT count(*) FROM (${some}) AS ${name}_found)`)} AS ${name}`
  }

  return {
    info: once(`${infoOf(sessions, true)} FROM ${sessions} WHERE session_id = :id AND NOT ${expired}`),
    list: (criteria) => {
      const { few, counted, byMinute } = criteria
      const keys = Array.from({ length: criteria.metadata }, (_, key) => key)
      const wanted = [
        `NOT ${expired}`,
        ...(criteria.prefix && few !== 'prefix' ? [isPrefixed] : []),
        ...keys.slice(few === 'metadata' ? 1 : 0).map(has),
      ]
      const [before, after] = [(grammar.bound ?? timestamp)(':before'), timestamp(':after')]
      const within = ({ time, behind, found = () => [] }: Range): string[] => [
        ...(criteria.updatedBefore ? [...found('<=', before), `${time} < ${before}`] : []),
        ...(criteria.updatedAfter ? [...found('>=', after), `${time} >= ${after}`] : []),
        ...(criteria.continued ? [...found('<=', timestamp(':cursorAt')), behind] : []),
      ]
      const inOrder = (...columns: string[]): string =>
        `ORDER BY ${columns.map((column) => `${column} DESC`).join(', ')} LIMIT :limit`
      if (few !== undefined || !byMinute || minutes === undefined) {
        const where = [...wanted, ...within(listed)].join(' AND ')
        const from = few === undefined ? sessions : sources[few]
        return once(`${infoOf(sessions, counted)} FROM ${from} WHERE ${where} ${inOrder(listed.time, listed.id)}`)
      }
      const { unchanged, changed } = minutes
      const some = (is: string, range: Range, ...columns: string[]): string => {
        const where = [is, ...wanted, ...within(range)].join(' AND ')
        return `(SELECT ${minutes.columns} FROM ${sessions} WHERE ${where} ${inOrder(...columns, listed.id)})`
      }
      // What the index finds, which is somewhat more than what is meant.
      const found: Range['found'] = (side, time) => [`${changed.minute} ${side} ${minutes.of(time)}`]
      return once(`${infoOf('listed', counted)} FROM (
        ${some(unchanged.is, unchanged, unchanged.time)} UNION ALL
        ${some(changed.is, { ...listed, found }, changed.minute, listed.time)}
      ) AS listed ${inOrder(listed.time, listed.id)}`)
    },
    countMatches: (keys, prefix) => {
      const counts = Array.from({ length: keys }, (_, key) => countUpTo(matching(key), `count${key}`))
      return once(`SELECT ${[...counts, ...(prefix ? [countUpTo(prefixed, 'prefixed')] : [])].join(', ')}`)
    },
  }
}
