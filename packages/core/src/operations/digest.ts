import { yieldIfLong } from '../call/event-loop.ts'
import { builtin } from '../call/platform.ts'

/** UTF-16 units of lines that are digested at a time. */
const portion = 65_536

/** SHA-256 (FIPS 180-4) of lines in UTF-8, hexadecimal, which come one by one or as bytes that stay as they are. */
export class LinesDigest {
  readonly #hash: ReturnType<typeof createHash> = createHash()
  /** For platforms with Web Crypto alone, which takes everything at once. */
  readonly #pieces: Uint8Array[] = []
  #lines = ''

  /** Of whole lines, each with its newline. */
  add(bytes: Uint8Array): void {
    if (this.#hash === undefined) this.#pieces.push(bytes)
    else this.#hash.update(bytes)
  }

  /** A line without its newline. Gives a promise to wait for where that has kept the event loop for long. */
  addLine(line: string): Promise<void> | undefined {
    this.#lines += `${line}\n`
    if (this.#lines.length < portion) return undefined
    this.#addLines()
    return yieldIfLong()
  }

  async end(): Promise<string> {
    this.#addLines()
    if (this.#hash !== undefined) return this.#hash.digest('hex')
    const digest = await crypto.subtle.digest('SHA-256', joined(this.#pieces))
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  #addLines(): void {
    if (this.#lines === '') return
    if (this.#hash === undefined) this.#pieces.push(new TextEncoder().encode(this.#lines))
    else this.#hash.update(this.#lines)
    this.#lines = ''
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let end = 0
  for (const piece of pieces) {
    bytes.set(piece, end)
    end += piece.length
  }
  return bytes
}

function createHash(): { update(data: string | Uint8Array): unknown; digest(encoding: 'hex'): string } | undefined {
  return builtin('node:crypto')?.createHash('sha256')
}
