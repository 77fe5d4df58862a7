/**
 * Bytes of a piece, unless a text is longer. Allocators ask the system for what has 128 KB or more, and give it back, each time
 * (https://man7.org/linux/man-pages/man3/mallopt.3.html, M_MMAP_THRESHOLD): the pages of a file would be new ones twice.
 */
const pieceSize = 120_000
/** At most, for a UTF-16 unit. */
const bytesOfUnit = 3

/** Texts in UTF-8, one after the other in pieces of a file: each stands whole in one of them, encoded once, where it is written from. */
export class TextPieces {
  readonly #encoder = new TextEncoder()
  #piece = new Uint8Array(pieceSize)
  #length = 0
  #full: Uint8Array[] = []

  /** Where the text stands now; nobody changes these bytes any more. */
  add(text: string): Uint8Array {
    const most = text.length * bytesOfUnit
    if (most > pieceSize - this.#length) this.#fill()
    if (most > pieceSize) {
      const bytes = this.#encoder.encode(text)
      this.#full.push(bytes)
      return bytes
    }
    const start = this.#length
    this.#length += this.#encoder.encodeInto(text, this.#piece.subarray(start)).written
    return this.#piece.subarray(start, this.#length)
  }

  /** Pieces that are full, each once. */
  full(): readonly Uint8Array[] {
    const full = this.#full
    if (full.length > 0) this.#full = []
    return full
  }

  /** All that is left. */
  rest(): readonly Uint8Array[] {
    this.#fill()
    return this.full()
  }

  #fill(): void {
    if (this.#length === 0) return
    this.#full.push(this.#piece.subarray(0, this.#length))
    this.#piece = new Uint8Array(pieceSize)
    this.#length = 0
  }
}
