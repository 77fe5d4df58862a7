/** What happened, stable within a major version. {@link sessionErrorCodes} says what each means. */
export type SessionErrorCode =
  | 'SESSION_ITEM_INVALID'
  | 'SESSION_RECORD_CORRUPT'
  | 'SESSION_DECRYPT_FAILED'
  | 'SESSION_KEY_UNKNOWN'
  | 'SESSION_PLAINTEXT_REFUSED'
  | 'SESSION_REPLAYED'
  | 'SESSION_CLOCK_SKEW'
  | 'SESSION_CONFLICT'
  | 'SESSION_OPERATION_REUSED'
  | 'SESSION_CLOSED'
  | 'SESSION_UNSUPPORTED'
  | 'SESSION_EXISTS'
  | 'SESSION_EXPORT_DAMAGED'
  | 'SESSION_IN_USE'
  | 'SESSION_LEASE_LOST'
  | 'SESSION_UNAVAILABLE'
  | 'SESSION_BUSY'
  | 'SESSION_NOT_REPLICATED'
  | 'SESSION_SCHEMA_MISSING'
  | 'SESSION_SCHEMA_UNSUPPORTED'
  | 'SESSION_BACKEND'

interface CodeEntry {
  /** Whether the same call may succeed later with nothing changed by the caller. */
  readonly retryable: boolean
  readonly meaning: string
  readonly remedy: string
}

/**
 * Every code a `SessionError` can carry. Codes are stable within a major version; messages are not.
 * The table of errors in the documentation is generated from here.
 */
export const sessionErrorCodes: Readonly<Record<SessionErrorCode, CodeEntry>> = {
  SESSION_ITEM_INVALID: {
    retryable: false,
    meaning: 'An item holds something that cannot be stored and read back unchanged. Nothing was written.',
    remedy: 'Change the value at the path that the message names, such as `items[2].output.image`.',
  },
  SESSION_RECORD_CORRUPT: {
    retryable: false,
    meaning: 'A stored record cannot be decoded. Nothing was removed.',
    remedy: "Repair or delete the record, or read the rest with `onCorrupt: 'skip'`.",
  },
  SESSION_DECRYPT_FAILED: {
    retryable: false,
    meaning:
      'A record does not open: the key is another one, or the record was changed, cut, or written for another session. The message says which, where the record does. Nothing was removed.',
    remedy:
      'For another key, check the key. Else the record was altered: restore it from a backup, or take it out with `removeUnreadable()`.',
  },
  SESSION_KEY_UNKNOWN: {
    retryable: false,
    meaning:
      'A record was encrypted under a key id that is not among the keys, or that has no usable key. Nothing was removed.',
    remedy: 'Add the key with the id that the message names to `keys`.',
  },
  SESSION_PLAINTEXT_REFUSED: {
    retryable: false,
    meaning:
      'A record of an encrypted session is not encrypted: an old one, or one that somebody put there. Nothing was removed.',
    remedy:
      'For a history of before, set `allowPlaintext: true`, call `encryptExisting()`, and take the option away again.',
  },
  SESSION_REPLAYED: {
    retryable: false,
    meaning:
      'The same encrypted record stands in the history twice: somebody copied it, or a driver repeated an insert.',
    remedy: "Take the second out with `removeUnreadable()`, or read the first alone with `onCorrupt: 'skip'`.",
  },
  SESSION_CLOCK_SKEW: {
    retryable: true,
    meaning:
      'A record was written more than 60 s after the time of this machine, so that nobody can say when its ttl ends. Nothing was changed.',
    remedy: 'Set the clock of this machine, or of the one that wrote it. The key is the right one.',
  },
  SESSION_CONFLICT: {
    retryable: false,
    meaning:
      'The history no longer ends as the caller expected, or it was rewritten while being iterated. Nothing was changed.',
    remedy: 'Read the history again and decide anew.',
  },
  SESSION_OPERATION_REUSED: {
    retryable: false,
    meaning: 'The operation id was already applied with a different transaction. Nothing was changed.',
    remedy: 'Use a new operation id for a new transaction.',
  },
  SESSION_EXISTS: {
    retryable: false,
    meaning: 'There is a session of that id already, where one was to be made. Nothing was changed.',
    remedy: 'Choose another id, or delete that session first.',
  },
  SESSION_EXPORT_DAMAGED: {
    retryable: false,
    meaning:
      'What is to be imported is truncated, damaged, written by another program or by a newer version. Nothing was changed, unless the message says so.',
    remedy:
      'Look at the line that the message names, and take another copy of the file; for a newer version, upgrade the package.',
  },
  SESSION_IN_USE: {
    retryable: false,
    meaning: 'Somebody else holds the session by `exclusive` or `acquire`.',
    remedy:
      'Answer that the conversation is busy (a web server: HTTP 409), wait longer (`waitMs`), or take over (`whenBusy`).',
  },
  SESSION_LEASE_LOST: {
    retryable: false,
    meaning:
      'This run no longer holds the session: another took it over, or it did not renew its lease in time. Nothing was changed.',
    remedy: 'End the run; what it wrote before stays. Read the history again before you go on.',
  },
  SESSION_CLOSED: {
    retryable: false,
    meaning: 'The session or its store was closed.',
    remedy: 'Open a new one; `close()` is final.',
  },
  SESSION_UNSUPPORTED: {
    retryable: false,
    meaning: 'The backend cannot do this.',
    remedy: 'Choose an adapter that declares the capability.',
  },
  SESSION_UNAVAILABLE: {
    retryable: true,
    meaning:
      'There is no connection to the backend. Where `ambiguous` is true, it was lost before the answer: the write may have been done.',
    remedy: 'Check that the backend is there and reachable, then try again; after an `ambiguous` write, read first.',
  },
  SESSION_BUSY: {
    retryable: true,
    meaning: 'A lock or a connection could not be had in time. Nothing was changed.',
    remedy: 'Try again; if it persists, look for a writer that holds its lock too long.',
  },
  SESSION_NOT_REPLICATED: {
    retryable: false,
    meaning:
      'The write is done on the primary, but fewer replicas than asked for had it in time: a failover may lose it.',
    remedy: 'Do not simply write it again, it is there. Look at the replicas, or ask for fewer of them.',
  },
  SESSION_SCHEMA_MISSING: {
    retryable: false,
    meaning: 'The tables are not there, or older than this version of the package. Nothing was changed.',
    remedy: 'Run the statements that the message names, or let the store make them with `createTables: true`.',
  },
  SESSION_SCHEMA_UNSUPPORTED: {
    retryable: false,
    meaning: 'The tables are newer than this version of the package, or of another program. They were not touched.',
    remedy: 'Upgrade the package to at least the version that made them; else choose another place or other names.',
  },
  SESSION_BACKEND: {
    retryable: false,
    meaning: 'The backend refused or failed in another way.',
    remedy: 'Read the message and `cause`, the error of the driver.',
  },
}
