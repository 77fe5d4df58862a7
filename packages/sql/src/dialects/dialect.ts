import type { Connection } from '../connection.ts'
import type { Notice } from '../drivers/pg.ts'
import type { Placeholders } from '../statement.ts'
import type { Tables } from '../tables.ts'
import type { Step } from './step.ts'

/**
 * How a dialect says what all of them say, for given tables: fragments of SQL, in which `session_id` and the like are columns
 * of the sessions, and `:name` is a value.
 */
export interface Grammar {
  /** The time of the server in UTC, in whole milliseconds. */
  readonly now: string
  /** A timestamp as milliseconds since the epoch. */
  ms(timestamp: string): string
  /** A timestamp as a text that loses nothing and that `timestamp` takes again. */
  exact(timestamp: string): string
  /** The timestamp, or a later one whose milliseconds are not before it. */
  roundedUp(timestamp: string): string
  /** A timestamp from the text `YYYY-MM-DD HH:MM:SS.SSS`. */
  timestamp(text: string): string
  /** The same, to be compared with what others wrote. Default: `timestamp`. */
  bound?(text: string): string
  /** As a text. Whatever is selected is one, so that no driver has a type to interpret. */
  text(expression: string): string
  /** The names of the connection's settings that somebody has changed to what would spoil data, or `''`. */
  readonly wrongSettings?: string
  /** The id of a message from a text, since a number cannot hold all of them. */
  messageId(parameter: string): string
  /** The order of the messages of a session. */
  readonly oldestFirst: string
  readonly newestFirst: string
  /** The messages of a session that are found by their place in it, and their order. Default: as the others. */
  readonly placed?: { ofSession(session: string): string; readonly oldestFirst: string; readonly newestFirst: string }
  /** The message `:from`, written at `:at`, and those that follow it. */
  readonly onwards: string
  /** Those that come after the message of this parameter in the session of that one, and itself; none where it is not there. */
  startingAt(message: string, session: string): string
  /** Those that come before it, and itself, likewise. */
  endingAt(message: string, session: string): string
  /** What a message written at the time of this parameter gets as its time. */
  messageTime(at: string): string

  /** Whether the ttl of the session has ended; never NULL. */
  readonly expired: string
  /**
   * `session_id` and `ended_at` of up to `:limit` sessions whose ttl has ended, in the order in which they did, after the session
   * `:after` that did `:at`: a page that an index gives, and that never begins anew where it can remove nothing.
   */
  readonly expiredPage: string
  /** A LIMIT that is 0 where the condition holds: for a dialect that plans this best. Default: a further criterion. */
  limitUnless?(condition: string, limit: string | undefined): string
  readonly expiresMs: string
  readonly ttlMs: string
  /** The metadata as one JSON object, or NULL. */
  readonly metadata: string

  /** Whether the id begins with `:prefix`. Default: that it is none before `:prefix` or after `:prefixEnd`, by code points. */
  readonly startsWith?: string

  /** Makes an insert do nothing where a row with that key is there already. */
  unlessThere(key: string): string
  /** Follows the sessions' name where several are locked, on a server that locks whatever it looks at. */
  readonly byKey?: string
  /** Keeps the selected session to this transaction. */
  readonly forUpdate: string
  /** Further columns of a session that a change sets, from `:ttl` and `:metadata`. */
  readonly touches: string
  /**
   * Gives the session `:id` its new time and `:ttl`, where it is there, its ttl has not ended and the settings are right; and tells that time, in
   * milliseconds since the epoch, as the id that an insert would have made.
   */
  readonly touchAlive?: string
  /** Where the ttl has a table of its own: keeps `:ttl`, which ends at `:endsMs` unless someone else writes. */
  readonly saveTTL?: string
  /** What is to be done before a session is created, in case there is none. */
  readonly beforeCreate?: readonly string[]
  /** Removes sessions with all that belongs to them. */
  erase(which: string): readonly string[]
  /** The same for the sessions of these values. Default: `erase` where the id is one of them. */
  eraseSome?(ids: readonly string[]): readonly string[]
  /** Removes the newest `:limit` messages of `:id`. */
  readonly drop: string
  /** Makes a session findable by `:key` and `:value`, whose digest is `:digest`. */
  readonly saveMetadata: string
  /** Whether a row says that its session has the value of the key of this number. */
  isMetadata(key: number): string
  /** A join that begins with what stands before it. */
  readonly joinInOrder: string
  /** How sessions are listed: by these, descending, of which an index gives both; and whether one is behind `:cursorAt` and `:cursorId`. */
  readonly listed: { readonly time: string; readonly id: string; readonly behind: string }
  /** Where sessions may be indexed by minutes. */
  readonly minutes?: Minutes
  /** Removes up to two operations of `:id` that are no longer kept, wherever there are how many. */
  readonly pruneOperations: string
  /** Removes up to `:limit` operations that are no longer kept. */
  readonly purgeOperations: string
  /** The whole of an append of `:records` in one statement: all rows, or none where the ttl has ended or `:lease` is not held. */
  appendAtOnce?(parts: AppendParts): string

  /** Appends to many sessions, for a dialect that can. */
  appendTogether?(parts: GroupParts): GroupTexts | undefined

  /**
   * Locks or writes the lease of `:id` where `:lease` holds it and its time is not over, so that nobody takes it over before this
   * transaction ends. A row selected or written says that it did.
   */
  readonly fence: string
  /**
   * One step on the lease of `:id` that gives the row after it, or none where `:expect` is not its version: for a dialect whose writes
   * give rows. Default: the row is read before it is written.
   */
  readonly stepLease?: { readonly make: string; readonly change: string; readonly remove: string }
}

/** Sessions that are indexed by the minute of their last change, and those that have not changed since they were made by their very time. */
export interface Minutes {
  /** Of the sessions, what a listing needs. */
  readonly columns: string
  readonly unchanged: { readonly is: string; readonly time: string; readonly behind: string }
  readonly changed: { readonly is: string; readonly minute: string }
  /** The minute of a timestamp. */
  of(timestamp: string): string
  /** `expiredPage` by minutes. */
  readonly expiredPage: string
}

/** What an append in one statement does beside appending. */
export interface AppendParts {
  /** Keeps `:operation`, and appends nothing where it is kept already. */
  readonly operation: boolean
  /** Appends nothing where `:lease` is not held. */
  readonly fenced: boolean
  /** Tells `:channel` of `:note`. */
  readonly notified: boolean
}

/** What appends to many sessions do beside appending. */
export type GroupParts = Omit<AppendParts, 'fenced'>

/** Statements that append to some of the sessions that they are given. */
export type GroupTexts = TogetherAtOnce<string> | TogetherInSteps<string>

/** One for sessions that are there and one for those that are not, which say to which they have appended. */
export interface TogetherAtOnce<Text> {
  readonly known: Text
  readonly unknown: Text
}

/** Those of a transaction on sessions that are there: `lock` and `touch`; and on those that are not: `absent` and `make`. */
export interface TogetherInSteps<Text> {
  /** The places of those of `:ids` that are there and live, and kept by nobody else; they are kept to this transaction. */
  readonly lock: Text
  /** Sets those of `:sessions` to their times. */
  readonly touch: Text
  /** The places of those that are not there. */
  readonly absent: Text
  /** Makes those of `:sessions`. */
  readonly make: Text
}

/** What a transaction is for: one change, one that may keep a lease from others, or appends to many sessions. */
export type Purpose = 'change' | 'lease' | 'group'

/** Far longer than a client that is well is silent between two statements of a transaction. */
export const idleSeconds = 5

/** A kind of database: how its statements are written, how its tables are made, and how a driver's connection is used. */
export interface Dialect {
  readonly placeholders: Placeholders
  quote(name: string): string
  grammar(tables: Tables): Grammar
  /**
   * What stands around a write, which waits for a lock at most so many milliseconds where the dialect can say so; for a group, at most a
   * second. Where it keeps a lease, the server ends it, with its connection, once its client has said nothing for `idleSeconds`: a process that was stopped in the middle
   * must not keep others from a lease that has ended.
   */
  transaction(lockTimeoutMs: number, server: Server, purpose: Purpose): TransactionEdges
  /**
   * One list of statements a version, oldest first. Each may be run again where it was interrupted. New tables may be made in another way
   * than those of Python's are brought forward.
   */
  migrations(tables: Tables, server: Server, making: Making): readonly (readonly Step[])[]
  /** An expression that counts 1 where the sessions are indexed by minutes, for a dialect where they may be. */
  hasMinutes?(tables: Tables): string
  /** Where tables lie in schemas: whether there is one of that name. */
  hasSchema?(connection: Connection, schema: string): Promise<boolean>
  /** Whether another program keeps numbers where Python keeps times, for a dialect whose columns take anything. */
  hasNumbersForTimes?(connection: Connection, table: string): Promise<boolean>
  /** Whether messages have branches, as those of Python's `AdvancedSQLiteSession`. */
  hasBranches?(connection: Connection, messages: string): Promise<boolean>
  /**
   * Runs the steps, each of which may have been run before, so that nobody else of ours does meanwhile and nobody has to wait for
   * long; `isNew` says that there are no tables yet. @throws what `isCollision` knows where it is to be tried again
   */
  migrate(connection: Connection, steps: readonly Step[], isNew: boolean): Promise<void>
  /** What is to be known of a server; without it, all are alike. */
  inspect?(connection: Connection): Promise<Server>
  /**
   * Sees to it that a connection means what our statements mean, when it is first used and whenever somebody has changed
   * that. Gives what makes of it the connection to be used from then on. @throws SESSION_BACKEND where it cannot
   */
  settle?(connection: Connection, server: Server): Promise<((connection: Connection) => Connection) | undefined>
  /** What a connection of our own is told, so that nothing it asks for waits for a lock for longer than so many milliseconds. */
  patience?(lockTimeoutMs: number): string
  connect(connection: object, prepares: () => boolean): Connection
  /** Where a connection can be told of something by the server. */
  readonly notices?: {
    onNotice(connection: object, onNotice: (notice: Notice) => void): void
    onEnd(connection: object, onEnd: () => void): void
  }
}

/** Statements without parameters, besides COMMIT and ROLLBACK. */
export interface TransactionEdges {
  readonly begin: readonly string[]
  /** Fails where the transaction is not the one that was begun. Comes before the commit. */
  readonly verify?: string
  /** Leaves the connection as it was found. Comes last, whatever became of the transaction. */
  readonly leave?: string
}

/** From what tables are made. */
export interface Making {
  /** Whether there are none yet, nor Python's. */
  readonly isNew: boolean
  /** Into how many parts, by the session id, new tables are divided, for a dialect that can. Default: not at all. */
  readonly partitions?: number
}

/** What tells servers of one dialect apart. */
export interface Server {
  readonly mariadb: boolean
  readonly galera: boolean
}
