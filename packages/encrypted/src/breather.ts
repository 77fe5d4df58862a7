/** Milliseconds of work at a stretch: a fifth of what anybody may be kept waiting for. */
const stretchMs = 10

/** Gives the rest of the process its turn where a loop has had its own. */
export class Breather {
  #since = performance.now()

  /** A promise where it is time to wait, once for each stretch of work. */
  breathe(): Promise<void> | undefined {
    if (performance.now() - this.#since < stretchMs) return undefined
    return new Promise<void>((resolve) => setTimeout(resolve)).then(() => {
      this.#since = performance.now()
    })
  }
}
