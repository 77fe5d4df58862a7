/** How long {@link Alarm.wait} waits at the longest, in milliseconds. */
const maxWaitMs = 1_000

/** Wakes whoever waits for something to happen, or for the next look. */
export class Alarm {
  #isDue = false
  #wake: (() => void) | undefined

  readonly ring = (): void => {
    this.#isDue = true
    this.#wake?.()
  }

  /** Resolves when it rang since the last call, or after a second. */
  async wait(): Promise<void> {
    if (!this.#isDue) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, maxWaitMs)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#wake = undefined
    this.#isDue = false
  }
}
