import type { Deadlines } from './deadlines.ts'

/** No connection took the command in time; it was taken back. */
export class NotSentError extends Error {
  constructor(timeoutMs: number) {
    super(`There was no connection for the command within ${timeoutMs} ms.`)
    this.name = 'NotSentError'
  }
}

/** The server was silent for too long. */
export class NoAnswerError extends Error {
  constructor(timeoutMs: number) {
    super(`Nothing came from the server for ${timeoutMs} ms.`)
    this.name = 'NoAnswerError'
  }
}

/** How long a call may take. */
export interface TimeLimits {
  /** The time for a connection to take it, for all calls. */
  readonly sending: Deadlines
  /** Milliseconds without anything from the server, 0 for any. */
  readonly silenceMs: number
}

/** What one call to Redis has in common with no other: whether it has left, and when something was heard of its server. */
export class Call {
  /** Whether a client has taken it. */
  sent = false
  /** When something last came over its connection, in ms of `performance.now()`. */
  heardAt: () => number = () => 0
  readonly #timeoutMs: number
  #isOver = false
  #controller: AbortController | undefined

  /** @param timeoutMs - milliseconds for a connection to take it */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** Aborted when the time is over: takes back what has not been sent. Costs a few microseconds, so it is made when it is asked for. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  /** Whether the time is over. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** @throws where the time is over: what waited for a connection until then must not be sent any more */
  throwIfOver(): void {
    if (this.#isOver) throw new NotSentError(this.#timeoutMs)
  }

  /** Nothing more is sent for it, and what waits to be is taken back. */
  takeBack(): void {
    this.#isOver = true
    this.#controller?.abort()
  }
}

/**
 * Whatever the client does: settles in time. What no connection took by then is taken back and fails; what was sent
 * waits as long as something comes from its server.
 * @param fail - makes of an error what the call rejects with
 */
export function withinTime<T>(
  { sending, silenceMs }: TimeLimits,
  work: (call: Call) => Promise<T>,
  fail: (error: unknown) => unknown,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = new Call(sending.timeoutMs)
    const startedAt = performance.now()
    let isSettled = false
    let timer: NodeJS.Timeout | undefined
    const deadline = sending.add(() => {
      call.takeBack()
      // A command that is taken back fails before this.
      setImmediate(() => {
        if (!call.sent) reject(fail(new NotSentError(sending.timeoutMs)))
        else if (silenceMs > 0) listen()
      })
    })
    const listen = (): void => {
      if (isSettled) return
      const left = Math.max(startedAt, call.heardAt()) + silenceMs - performance.now()
      // Looks more often than that: what came since the last look counts as heard now.
      if (left > 0) timer = setTimeout(listen, Math.ceil(Math.min(left, silenceMs / 4)))
      else reject(fail(new NoAnswerError(silenceMs)))
    }
    const settle = (): void => {
      isSettled = true
      sending.remove(deadline)
      if (timer !== undefined) clearTimeout(timer)
    }
    work(call).then(
      (value) => {
        settle()
        resolve(value)
      },
      (error: unknown) => {
        settle()
        reject(fail(error))
      },
    )
  })
}
