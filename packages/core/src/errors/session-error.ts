import { type SessionErrorCode, sessionErrorCodes } from './codes.ts'

/** On every error of ours, whichever copy of this package made it: a program may have one more, such as an adapter's. */
const brand = Symbol.for('@sessions/core.SessionError')

/** What an error says beside its code and message. */
export interface SessionErrorOptions {
  /** The error of the driver. Never pass one whose message or fields hold item contents, keys or credentials. */
  cause?: unknown
  /** Overrides what the code says. */
  retryable?: boolean
  /** Whether the write may have been done all the same. Default: false, nothing was written. */
  ambiguous?: boolean
  /** The session that was called, where it was one. */
  sessionId?: string
  /** The method that failed, such as `addItems`. */
  operation?: string
}

/**
 * What goes wrong outside the caller's own arguments (those are `TypeError` and `RangeError`).
 * Its text never holds item contents, keys or credentials. `instanceof` knows those of another copy of this package too.
 */
export class SessionError extends Error {
  /** What happened, stable within a major version. */
  readonly code: SessionErrorCode
  /** Whether the same call may succeed later with nothing changed by the caller. */
  readonly retryable: boolean
  /**
   * Whether the write may have been done all the same: the connection was lost between the request and its answer. Trying
   * again may then write twice, unless the write carries an operation id; read first.
   */
  readonly ambiguous: boolean
  /** The session that was called, where it was one. */
  declare readonly sessionId?: string
  /** The method that failed, such as `addItems`. */
  declare readonly operation?: string

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a subclass inherits this, and asks for its own
    if (this !== SessionError) return Function.prototype[Symbol.hasInstance].call(this, value)
    return typeof value === 'object' && value !== null && brand in value
  }

  constructor(code: SessionErrorCode, message: string, options: SessionErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SessionError'
    this.code = code
    this.retryable = options.retryable ?? sessionErrorCodes[code].retryable
    this.ambiguous = options.ambiguous ?? false
    if (options.sessionId !== undefined) this.sessionId = options.sessionId
    if (options.operation !== undefined) this.operation = options.operation
    Object.defineProperty(this, brand, { value: true })
  }
}
