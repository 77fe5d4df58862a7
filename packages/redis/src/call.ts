/** What one call to Redis has in common with no other: how long it may take, and whether it has left. */
export interface Call {
  /** Aborted when the time is over: takes back what has not been sent. */
  readonly signal: AbortSignal
  /** Whether the server may have got it. */
  sent: boolean
}

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

/**
 * Whatever the client does: settles within the time. What was not sent by then is taken back, and says so with its error.
 * @param fail - makes of an error what the call rejects with
 */
export function withinTime<T>(
  timeoutMs: number,
  work: (call: Call) => Promise<T>,
  fail: (error: unknown) => unknown,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    const call: Call = { signal: controller.signal, sent: false }
    const timer = setTimeout(() => {
      controller.abort()
      // A command that is taken back fails before this.
      setImmediate(() => reject(fail(new NoAnswerError(timeoutMs, call.sent))))
    }, timeoutMs)
    work(call).then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(fail(error))
      },
    )
  })
}
