import type { Entry } from './entries.ts'

/** What stands in a place: a record that stays as it is, the text of that number still to be encrypted, or that text's own record. */
export type Arranged =
  | { readonly record: string; readonly text?: number }
  | { readonly record?: undefined; readonly text: number }

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
    for (const { record, expired } of removed.slice(next, found)) if (expired) arranged.push({ record })
    arranged.push({ record: (removed[found] as Entry).record, text })
    next = found + 1
    afterLastKept = arranged.length
  }
  const left = removed.slice(next).filter(({ expired }) => expired)
  return arranged.toSpliced(afterLastKept, 0, ...left.map(({ record }) => ({ record })))
}
