/** Why a command is to end before it is done. */
export type Interruption = 'SIGINT' | 'SIGTERM' | 'closed'

const signals = ['SIGINT', 'SIGTERM'] as const

/** Ends a command cleanly: the first Ctrl-C asks, the second does not wait. */
export class Interruptions implements Disposable {
  readonly #controller = new AbortController()

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** What it was; `undefined` where nothing interrupted. */
  get reason(): Interruption | undefined {
    return this.signal.aborted ? (this.signal.reason as Interruption) : undefined
  }

  listen(): void {
    for (const name of signals) process.on(name, this.interrupt)
  }

  [Symbol.dispose](): void {
    for (const name of signals) process.off(name, this.interrupt)
  }

  /** `closed`: nobody reads the output any more. */
  readonly interrupt = (why: Interruption): void => {
    if (this.reason === 'SIGINT' && why === 'SIGINT') process.exit(exitCodeOf('SIGINT'))
    this.#controller.abort(why)
  }
}

/** As shells have it: 128 and the number of the signal. Who closes the output has got what they wanted. */
export function exitCodeOf(interruption: Interruption): number {
  return { SIGINT: 130, SIGTERM: 143, closed: 0 }[interruption]
}
