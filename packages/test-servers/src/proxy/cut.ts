/** Whether these are the bytes that a test waits for. `connection` is the same object for all bytes of one. */
export type Match = (bytesFromClient: Buffer, connection: object) => boolean

/** Before the server gets it; when it answers; the same, but nobody is told. */
export type Place = 'request' | 'answer' | 'silence'

/** A place where the next connection that comes by is to break, once. */
export class Cut {
  readonly place: Place
  readonly #match: Match
  readonly #happened = Promise.withResolvers<void>()

  constructor(place: Place, match: Match) {
    this.place = place
    this.#match = match
  }

  get happened(): Promise<void> {
    return this.#happened.promise
  }

  matches(bytes: Buffer, connection: object): boolean {
    return this.#match(bytes, connection)
  }

  done(): void {
    this.#happened.resolve()
  }

  abandon(): void {
    this.#happened.reject(new Error(`The proxy stopped before it could cut the ${this.place}`))
  }
}
