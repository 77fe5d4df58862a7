/** A command of `sessions`. */
export interface CommandLine {
  name: string
  /** What is named by its place. */
  words: readonly string[]
  options?: readonly string[]
  /** What names the store. */
  flags: readonly string[]
}

/** As it is written in a POSIX shell, where it does what the page would do. */
export function commandLine({ name, words, options = [], flags }: CommandLine): string {
  const parts = words.some((word) => word.startsWith('-'))
    ? [name, ...options, ...flags, '--', ...words]
    : [name, ...words, ...options, ...flags]
  return ['sessions', ...parts].map(quoted).join(' ')
}

/** What no shell takes for something else, and what has characters that turn, hide or end lines: those are written by their bytes. */
const plain = /^[\w@%+=:,./-]+$/
const unseen = /[\p{C}\p{Zl}\p{Zp}]/gu

function quoted(text: string): string {
  if (plain.test(text)) return text
  if (text.search(unseen) < 0) return `'${text.replaceAll("'", "'\\''")}'`
  const escaped = text.replaceAll(/[\\']/g, '\\$&').replaceAll(unseen, octal)
  return `$'${escaped}'`
}

/** Three digits each, so that no digit that follows is taken along. */
function octal(character: string): string {
  return [...new TextEncoder().encode(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
}
