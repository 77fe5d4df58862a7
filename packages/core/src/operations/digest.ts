import { yieldIfLong } from '../call/event-loop.ts'
import { builtin } from '../call/platform.ts'

/** Units of text that are digested at a time. */
const portion = 65_536

/** SHA-256 (FIPS 180-4) of a text in UTF-8, hexadecimal, that comes piece by piece; pieces are whole lines. */
export class LinesDigest {
  readonly #hash: ReturnType<typeof createHash> = createHash()
  /** For platforms with Web Crypto alone, which takes everything at once. */
  readonly #texts: string[] = []

  add(text: string): void {
    if (this.#hash === undefined) this.#texts.push(text)
    else this.#hash.update(text)
  }

  async end(): Promise<string> {
    if (this.#hash !== undefined) return this.#hash.digest('hex')
    const bytes = new TextEncoder().encode(this.#texts.join(''))
    const digest = await crypto.subtle.digest('SHA-256', bytes)
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }
}

/** The same of lines, with a newline after each. */
export async function digestOf(lines: readonly string[]): Promise<string> {
  const digest = new LinesDigest()
  for (const text of portions(lines)) {
    digest.add(text)
    const pause = yieldIfLong()
    if (pause !== undefined) await pause
  }
  return await digest.end()
}

function createHash(): { update(text: string): unknown; digest(encoding: 'hex'): string } | undefined {
  return builtin('node:crypto')?.createHash('sha256')
}

function* portions(lines: readonly string[]): Iterable<string> {
  let text = ''
  for (const line of lines) {
    text += `${line}\n`
    if (text.length < portion) continue
    yield text
    text = ''
  }
  yield text
}
