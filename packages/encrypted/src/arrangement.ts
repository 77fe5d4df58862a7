import type { Entry } from './entries.ts'

/** A stored record that stays as it is, or the place of a text that is still to be encrypted. */
export type Arranged = { readonly record: string } | { readonly text: number }

/**
 * What follows the history that is left, where `removed` is taken off its end and `texts` are put there in its place. A text that
 * was there before stays byte for byte, with the time that its ttl counts from; what is expired here and not elsewhere stays too,
 * where it stood.
 */
export function arrange(removed: readonly Entry[], texts: readonly string[]): Arranged[] {
  const arranged: Arranged[] = []
  let next = 0
  let afterLastKept = 0
  for (const [text, value] of texts.entries()) {
    const found = removed.findIndex((entry, index) => index >= next && !entry.expired && entry.opened.text === value)
    if (found < 0) {
      arranged.push({ text })
      continue
    }
    arranged.push(...removed.slice(next, found + 1).filter((entry, index) => entry.expired || index === found - next))
    next = found + 1
    afterLastKept = arranged.length
  }
  const left = removed.slice(next).filter(({ expired }) => expired)
  return arranged.toSpliced(afterLastKept, 0, ...left).map((part) => ('text' in part ? part : { record: part.record }))
}
