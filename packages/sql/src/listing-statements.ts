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
  const itemCount = `(SELECT count(*) FROM ${messages} WHERE ${messages}.session_id = ${sessions}.session_id)`
  const info = `SELECT session_id, ${text(ms('created_at'))} AS created_ms, ${text(ms('updated_at'))} AS updated_ms,
      ${text(grammar.expiresMs)} AS expires_ms, ${grammar.metadata} AS metadata, ${exact(listed.time)} AS listed_at`
  const counted = `${info}, ${text(itemCount)} AS item_count`
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
    info: once(`${counted} FROM ${sessions} WHERE session_id = :id AND NOT ${expired}`),
    list: (criteria) => {
      const keys = Array.from({ length: criteria.metadata }, (_, key) => key)
      const before = (grammar.bound ?? timestamp)(':before')
      const byMinute = criteria.byMinute ? minutes : undefined
      // What the index finds, which is somewhat more than what is meant.
      const found = (side: string, time: string): string[] =>
        byMinute === undefined ? [] : [`${byMinute.updated} ${side} ${byMinute.of(time)}`]
      const wanted = [
        `NOT ${expired}`,
        ...(criteria.prefix && criteria.few !== 'prefix' ? [isPrefixed] : []),
        ...(criteria.updatedBefore ? [...found('<=', before), `${listed.time} < ${before}`] : []),
        ...(criteria.updatedAfter
          ? [...found('>=', timestamp(':after')), `${listed.time} >= ${timestamp(':after')}`]
          : []),
        ...keys.slice(criteria.few === 'metadata' ? 1 : 0).map(has),
        ...(criteria.continued ? [...found('<=', timestamp(':cursorAt')), listed.behind] : []),
      ]
      const from = criteria.few === undefined ? sessions : sources[criteria.few]
      const order = [...(byMinute === undefined ? [] : [byMinute.updated]), listed.time, listed.id]
        .map((column) => `${column} DESC`)
        .join(', ')
      return once(
        `${criteria.counted ? counted : info} FROM ${from} WHERE ${wanted.join(' AND ')} ORDER BY ${order} LIMIT :limit`,
      )
    },
    countMatches: (keys, prefix) => {
      const counts = Array.from({ length: keys }, (_, key) => countUpTo(matching(key), `count${key}`))
      return once(`SELECT ${[...counts, ...(prefix ? [countUpTo(prefixed, 'prefixed')] : [])].join(', ')}`)
    },
  }
}
