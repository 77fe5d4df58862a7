import { textsOf } from './block-of.ts'
import type { FoundEntry } from './entries.ts'

/** A place where something was found: what stands before it, what it is, what stands after it. */
export interface Match {
  before: string
  found: string
  after: string
}

/** Characters on either side of a match. */
const around = 60
/** Matches of one text that are told. */
const most = 20

/** A text or a regular expression, as it is looked for. @throws SyntaxError for what is no regular expression */
export function searchFor(pattern: string, { regex, ignoreCase }: { regex: boolean; ignoreCase: boolean }): RegExp {
  return new RegExp(regex ? pattern : escaped(pattern), `gu${ignoreCase ? 'i' : ''}`)
}

export function matchesOf(entry: FoundEntry, search: RegExp): Match[] {
  return textsOf(entry).flatMap((text) => {
    const found: Match[] = []
    for (const { 0: match, index } of text.matchAll(search)) {
      if (match === '') continue
      const end = index + match.length
      const before = text.slice(Math.max(0, index - around), index).toWellFormed()
      const after = text.slice(end, end + around).toWellFormed()
      found.push({
        before: index > around ? `…${before}` : before,
        found: match,
        after: end + around < text.length ? `${after}…` : after,
      })
      if (found.length === most) break
    }
    return found
  })
}

/** What of a regular expression of the flag `u` means something else than itself. */
function escaped(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, '\\$&')
}
