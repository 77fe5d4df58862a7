/** The messages of one side of a connection to Postgres (https://www.postgresql.org/docs/current/protocol-message-formats.html). */
export class Messages {
  #rest: Buffer = Buffer.alloc(0)
  /** Whether the next one is the one that a client begins with, which has no type. */
  #isFirst: boolean

  constructor(ofClient: boolean) {
    this.#isFirst = ofClient
  }

  /** Those that end in this chunk: their type, and the byte that follows their length. */
  *of(chunk: Buffer): Iterable<{ type: string; state: string }> {
    let bytes = Buffer.concat([this.#rest, chunk])
    for (;;) {
      const head = this.#isFirst ? 0 : 1
      if (bytes.length < head + 4) break
      const end = head + bytes.readUInt32BE(head)
      if (bytes.length < end) break
      const [type, state] = [bytes.toString('latin1', 0, head), bytes.toString('latin1', head + 4, head + 5)]
      this.#isFirst = false
      bytes = bytes.subarray(end)
      yield { type, state }
    }
    this.#rest = bytes
  }
}
