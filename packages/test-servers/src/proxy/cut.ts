/** Whether these are the bytes that a test waits for. */
export type Match = (bytesFromClient: Buffer) => boolean

/** A place where the next connection that comes by is to break, once. */
export class Cut {
  readonly place: 'request' | 'answer'
  readonly #match: Match
  readonly #happened = Promise.withResolvers<void>()

  constructor(place: 'request' | 'answer', match: Match) {
    this.place = place
    this.#match = match
  }

  get happened(): Promise<void> {
    return this.#happened.promise
  }

  matches(bytes: Buffer): boolean {
    return this.#match(bytes)
  }

  done(): void {
    this.#happened.resolve()
  }

  abandon(): void {
    this.#happened.reject(new Error(`The proxy stopped before it could cut the ${this.place}`))
  }
}
