import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import { fold } from './fold.ts'
import { startPager } from './pager.ts'
import { redacted } from './redact.ts'
import { outputFile } from './standard-output.ts'
import type { Piece } from './styled.ts'
import { visible, visibleJSON, visibleLine } from './visible.ts'

/** How it is written. */
export interface OutputOptions {
  json: boolean
  pager: boolean
  /** Called where nobody reads on: a pipe that was closed, a pager that was left. */
  onClosed: () => void
}

/** The only way to the terminal: what passes is sanitised here, whatever a command was given to print. */
export class Output {
  /** Whether programs read it. */
  readonly json: boolean
  readonly #pager: boolean
  readonly #onClosed: () => void
  #target: Writable = process.stdout
  #ended: Promise<void> | undefined
  #buffer: string[] = []
  #size = 0

  constructor({ json, pager, onClosed }: OutputOptions) {
    this.json = json
    this.#pager = pager && !json && this.isTerminal
    this.#onClosed = onClosed
    process.stdout.on('error', onClosed)
    const file = outputFile()
    if (file === undefined) return
    file.on('error', onClosed)
    this.#target = file
    this.#ended = once(file, 'finish').then(
      () => undefined,
      () => undefined,
    )
  }

  /** Whether a person looks at it. */
  get isTerminal(): boolean {
    return process.stdout.isTTY === true
  }

  get columns(): number {
    return process.stdout.columns ?? 80
  }

  /** What follows may be long: a person gets it in a pager. */
  async paged(): Promise<void> {
    if (!this.#pager || this.#ended !== undefined) return
    const pager = await startPager()
    if (pager === undefined) return
    pager.input.on('error', this.#onClosed)
    this.#target = pager.input
    this.#ended = pager.ended
  }

  /** A line of text. Each piece may have several lines of its own. */
  async line(...pieces: readonly Piece[]): Promise<void> {
    await this.#write(`${pieces.map((piece) => this.#shown(piece)).join('')}\n`)
  }

  /** What a library made of texts that were sanitised one by one, with {@link cell}. */
  async drawn(text: string): Promise<void> {
    await this.#write(`${text}\n`)
  }

  /** A text of one line for a table, which is drawn around it. */
  cell(piece: Piece): string {
    const text = visibleLine(typeof piece === 'string' ? piece : piece.text)
    return typeof piece === 'string' ? text : styleText(piece.style, text, { stream: process.stdout })
  }

  /** A value on a line of its own, as JSON. */
  async value(value: unknown): Promise<void> {
    await this.raw(`${visibleJSON(JSON.stringify(value))}\n`)
  }

  /** Lines that are a file: as they are, or, on a terminal, as JSON that says the same. */
  async fileLine(line: string): Promise<void> {
    await this.raw(this.isTerminal ? `${visibleJSON(line.replace(/\n$/, ''))}\n` : line)
  }

  /** Beside the output: for the person, not for the next program. */
  note(...pieces: readonly Piece[]): void {
    const text = pieces.map((piece) => this.#shown(piece, process.stderr, redacted)).join('')
    process.stderr.write(`${fold(text, process.stderr.columns ?? 80)}\n`)
  }

  /** What went wrong, for programs: a line of JSON on standard error. */
  async error(value: object): Promise<void> {
    process.stderr.write(`${visibleJSON(JSON.stringify(value))}\n`)
  }

  /** Resolves when all has been written, and the person has seen it. */
  async end(): Promise<void> {
    await this.#flush()
    process.stdout.off('error', this.#onClosed)
    if (this.#ended === undefined) return
    this.#target.end()
    await this.#ended
  }

  async raw(text: string): Promise<void> {
    await this.#write(text)
  }

  /** Much of a file, after all that came before. */
  async bytes(bytes: Uint8Array): Promise<void> {
    await this.#flush()
    await this.#pass(bytes)
  }

  #shown(piece: Piece, stream: NodeJS.WriteStream = process.stdout, edit = (text: string): string => text): string {
    if (typeof piece === 'string') return visible(edit(piece))
    return styleText(piece.style, visible(edit(piece.text)), { stream })
  }

  async #write(text: string): Promise<void> {
    const folded = this.isTerminal ? fold(text, this.columns) : text
    this.#buffer.push(folded)
    this.#size += folded.length
    if (this.#size > 65_536) await this.#flush()
  }

  async #flush(): Promise<void> {
    if (this.#size === 0) return
    const text = this.#buffer.join('')
    this.#buffer = []
    this.#size = 0
    await this.#pass(text)
  }

  /** As fast as it is read, so that it never piles up in memory. */
  async #pass(piece: string | Uint8Array): Promise<void> {
    const target = this.#target
    if (!target.writable || target.write(piece)) return
    // Whichever does not come leaves no listener behind.
    const over = new AbortController()
    const { signal } = over
    await Promise.race([once(target, 'drain', { signal }), once(target, 'close', { signal })]).finally(() =>
      over.abort(),
    )
  }

  /** For what is to be seen at once. */
  async flush(): Promise<void> {
    await this.#flush()
  }
}
