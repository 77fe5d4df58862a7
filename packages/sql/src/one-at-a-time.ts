/** A thing that one has at a time, for as long as it takes: whoever comes meanwhile waits, in the order of coming. */
export class OneAtATime {
  #last: Promise<void> = Promise.resolve()
  #end: () => void = () => {}

  /** Resolves when it is one's turn. */
  async begin(): Promise<void> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    await before
    this.#end = resolve
  }

  /** Whoever waits longest is next. */
  end(): void {
    this.#end()
  }
}
