import { visible } from '@sessions/cli/items'
import type { JSX } from 'preact'
import { useContext, useState } from 'preact/hooks'
import { count } from './format.ts'
import { WholeEntry } from './whole-entry.ts'

/** What of a long text is there at first, and by how much it grows: characters that a browser lays out without a pause. */
const first = 2_000
const step = 100_000

/**
 * A text as text, whatever is in it. Of a long one, the beginning.
 * @param length - of the whole, where `text` is only how it begins
 */
export function LongText({ text, length = text.length }: { text: string; length?: number }): JSX.Element {
  const [shown, setShown] = useState(first)
  const loadWhole = useContext(WholeEntry)
  const part = text.length <= shown ? text : text.slice(0, shown).toWellFormed()
  const rest = length - part.length
  const more = (): void => {
    if (length > text.length) loadWhole()
    setShown((before) => before + step)
  }
  return (
    <span class="text" dir="auto">
      {visible(part)}
      {rest > 0 && (
        <button type="button" class="more" onClick={more}>
          … {count(rest)} more characters: show {rest > step ? 'more' : 'all'}
        </button>
      )}
    </span>
  )
}
