import type { SessionErrorCode } from '../errors/codes.ts'
import { SessionError } from '../errors/session-error.ts'
import type { Call } from '../errors/translate.ts'
import { builtin } from './platform.ts'
import { tracedId } from './traced-ids.ts'

/**
 * What is published on the channels `tracing:sessions:call:*` of `node:diagnostics_channel`, the same object from `start` to `asyncEnd`. It
 * never holds items, metadata or keys.
 */
export interface SessionCallContext extends Call {
  /** Whether the call was made of a session or of a store. Those that a session makes of its store happen within its own. */
  on: 'session' | 'store'
  /** The name of the class: `RedisStore`, `EncryptedSession`. */
  adapter: string
  /** As `traceSessionIds` says; absent for a call of a whole store. */
  sessionId?: string
  /** How many items of a session, records of a store or sessions of a list went in or came out. */
  count?: number
  /** Those records, in bytes of UTF-8. */
  bytes?: number
  /** How often something within the call was done again, since others were faster or a connection was lost. */
  retries: number
  /** From the call to its end, in milliseconds. */
  durationMs?: number
  /** How it failed; absent where it succeeded. `TypeError` and `RangeError` are mistakes in the arguments. */
  code?: SessionErrorCode | 'TypeError' | 'RangeError' | 'Error'
  /** What the caller got, without its cause, which may hold anything. */
  error?: Error
}

interface Channel {
  readonly hasSubscribers: boolean
  publish(context: SessionCallContext): void
  runStores<T>(context: SessionCallContext, work: () => T): T
}

interface Observers {
  start: Channel
  end: Channel
  asyncStart: Channel
  asyncEnd: Channel
  error: Channel
  /** Prints where `NODE_DEBUG` names `sessions`. */
  log: { readonly enabled: boolean; (format: string, ...values: unknown[]): void }
  /** The innermost call that is under way. */
  current: { run<T>(context: SessionCallContext, work: () => T): T; getStore(): SessionCallContext | undefined }
  /** Runs other work as if it had been called here. */
  snapshot(): <T>(work: () => T) => T
}

const observers = findObservers()
/** Fixed when the process starts. */
const isLogging = observers?.log.enabled === true

/** Whether anybody wants to know of calls: asked before each one, so that nobody else pays. */
export function isObserved(): boolean {
  if (observers === undefined) return false
  const { start, end, asyncStart, asyncEnd, error } = observers
  if (isLogging || start.hasSubscribers || end.hasSubscribers) return true
  return asyncStart.hasSubscribers || asyncEnd.hasSubscribers || error.hasSubscribers
}

/** Adds to what is told of the innermost call that is under way. */
function note(add: (context: SessionCallContext) => void): void {
  if (!isObserved()) return
  const context = observers?.current.getStore()
  if (context !== undefined) add(context)
}

/** Tells that something within this call is done once more. */
export function noteRetry(): void {
  note((context) => {
    context.retries++
  })
}

/** Tells how many items went in or came out. */
export function noteCount(count: number): void {
  note((context) => {
    context.count = count
  })
}

/** Tells how many records, and how large they are. */
export function noteRecords(records: readonly string[]): void {
  note((context) => {
    const encoder = new TextEncoder()
    context.count = records.length
    context.bytes = records.reduce((sum, record) => sum + encoder.encode(record).length, 0)
  })
}

/** One call, as those see it who listen: to be begun, and ended once. */
export class Span {
  readonly context: SessionCallContext
  readonly #observers: Observers
  readonly #startedAt = performance.now()
  #within: (<T>(work: () => T) => T) | undefined

  /** @throws Error where nobody can listen: ask {@link isObserved} first */
  constructor({ operation, sessionId }: Call, on: SessionCallContext['on'], adapter: string) {
    if (observers === undefined) throw new Error('Nobody can listen on this platform.')
    this.#observers = observers
    this.context = { on, adapter, operation, retries: 0 }
    if (typeof sessionId === 'string') this.context.sessionId = tracedId(sessionId)
  }

  /** What `work` does before it first waits lies between `start` and `end`. */
  begin<T>(work: () => T): T {
    const { start, end, current, snapshot } = this.#observers
    return start.runStores(this.context, () =>
      current.run(this.context, () => {
        this.#within = snapshot()
        try {
          return work()
        } finally {
          end.publish(this.context)
        }
      }),
    )
  }

  /** A later step of the same call. */
  within<T>(work: () => T): T {
    return this.#within === undefined ? work() : this.#within(work)
  }

  end(): void {
    const { asyncStart, asyncEnd, log } = this.#observers
    const { on, operation, sessionId = '-', code = 'ok' } = this.context
    this.context.durationMs = performance.now() - this.#startedAt
    asyncStart.publish(this.context)
    asyncEnd.publish(this.context)
    log('%s.%s %s %s %d ms', on, operation, printable(sessionId), code, this.context.durationMs.toFixed(3))
  }

  fail(error: unknown): void {
    this.context.error = publicError(error, this.context.sessionId)
    this.context.code = codeOf(error)
    this.#observers.error.publish(this.context)
    this.end()
  }
}

function codeOf(error: unknown): NonNullable<SessionCallContext['code']> {
  if (error instanceof SessionError) return error.code
  if (error instanceof TypeError) return 'TypeError'
  return error instanceof RangeError ? 'RangeError' : 'Error'
}

/** In JSON, with all escaped that a terminal obeys or that turns text around: an id may come from a user. */
function printable(sessionId: string): string {
  return JSON.stringify(sessionId).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, index) => {
      return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`
    }).join(''),
  )
}

function publicError(error: unknown, sessionId: string | undefined): Error {
  if (error instanceof TypeError || error instanceof RangeError) return error
  if (!(error instanceof SessionError)) return new Error('The call failed.')
  const { code, message, retryable, ambiguous, operation, stack } = error
  const shown = new SessionError(code, message, {
    retryable,
    ambiguous,
    ...(operation !== undefined && { operation }),
    ...(sessionId !== undefined && { sessionId }),
  })
  return Object.defineProperty(shown, 'stack', { value: stack })
}

/** Other platforms may lack a part of Node, and nothing is published then. */
function findObservers(): Observers | undefined {
  const [diagnostics, util, hooks] = [
    builtin('node:diagnostics_channel'),
    builtin('node:util'),
    builtin('node:async_hooks'),
  ]
  if (diagnostics === undefined || util === undefined || hooks === undefined) return undefined
  const channel = (name: string): Channel => diagnostics.channel(`tracing:sessions:call:${name}`) as unknown as Channel
  return {
    start: channel('start'),
    end: channel('end'),
    asyncStart: channel('asyncStart'),
    asyncEnd: channel('asyncEnd'),
    error: channel('error'),
    log: util.debuglog('sessions'),
    current: new hooks.AsyncLocalStorage<SessionCallContext>(),
    snapshot: () => hooks.AsyncLocalStorage.snapshot(),
  }
}
