import type { Deadlines } from './deadlines.ts'

/** The time for an answer was over. */
export class NoAnswerError extends Error {
  /** Whether the server may have got the command. */
  readonly sent: boolean

  constructor(timeoutMs: number, sent: boolean) {
    super(`There was no answer within ${timeoutMs} ms.`)
    this.name = 'NoAnswerError'
    this.sent = sent
  }
}

/** What one call to Redis has in common with no other: how long it may take, and whether it has left. */
export class Call {
  /** Whether the server may have got it. */
  sent = false
  #isOver = false
  #controller: AbortController | undefined

  /** Aborted when the time is over: takes back what has not been sent. Costs a few microseconds, so it is made when it is asked for. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  /** @throws where the time is over: what waited for a connection until then must not be sent any more */
  throwIfOver(): void {
    if (this.#isOver) throw new Error('The time for this call is over.')
  }

  end(): void {
    this.#isOver = true
    this.#controller?.abort()
  }
}

/**
 * Whatever the client does: settles within the time. What was not sent by then is taken back, and says so with its error.
 * @param fail - makes of an error what the call rejects with
 */
export function withinTime<T>(
  deadlines: Deadlines,
  timeoutMs: number,
  work: (call: Call) => Promise<T>,
  fail: (error: unknown) => unknown,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = new Call()
    const deadline = deadlines.add(() => {
      call.end()
      // A command that is taken back fails before this.
      setImmediate(() => reject(fail(new NoAnswerError(timeoutMs, call.sent))))
    })
    work(call).then(
      (value) => {
        deadlines.remove(deadline)
        resolve(value)
      },
      (error: unknown) => {
        deadlines.remove(deadline)
        reject(fail(error))
      },
    )
  })
}
