import { yieldIfLong } from '../call/event-loop.ts'
import { builtin } from '../call/platform.ts'

/** Units of text that are digested at a time. */
const portion = 65_536

/** SHA-256 (FIPS 180-4) of lines, each with a newline after it, in UTF-8; hexadecimal. */
export async function digestOf(lines: readonly string[]): Promise<string> {
  const hash = builtin('node:crypto')?.createHash('sha256')
  if (hash === undefined) return await digestAtOnce(lines)
  for (const text of portions(lines)) {
    hash.update(text)
    const pause = yieldIfLong()
    if (pause !== undefined) await pause
  }
  return hash.digest('hex')
}

/** For platforms with Web Crypto alone, which takes everything at once. */
async function digestAtOnce(lines: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode([...portions(lines)].join(''))
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
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
