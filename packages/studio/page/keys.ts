import { useEffect, useState } from 'preact/hooks'
import { type Block, blockWith } from './blocks.ts'
import { copyText } from './clipboard.ts'
import { rawText } from './raw-dialog.tsx'

/** `j` and `k` lead from entry to entry, `c` copies the JSON of the one that has the focus. What is to be said of it. */
export function useKeys(sessionId: string, blocks: readonly Block[], goTo: (key: string) => void): string {
  const [note, setNote] = useState('')
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (event.key === 'j' || event.key === 'k') {
        const next = neighbour(blocks, event.key === 'j' ? 1 : -1)
        if (next === undefined) return
        goTo(next.entry.id)
        focusWhenThere(next.entry.id)
      }
      const focused = focusedEntry()
      const entry = event.key === 'c' && focused ? entryOf(blocks, focused) : undefined
      if (entry === undefined) return
      rawText(sessionId, entry)
        .then(copyText)
        .then(
          () => setNote(`Copied entry ${entry.id}.`),
          (error: Error) => setNote(error.message),
        )
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [sessionId, blocks, goTo])
  return note
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null
}

function focusedEntry(): string | undefined {
  return document.activeElement?.closest<HTMLElement>('[data-entry]')?.dataset.entry
}

function entryOf(blocks: readonly Block[], id: string): Block['entry'] | undefined {
  const block = blockWith(blocks, id)
  return block?.results.find(({ entry }) => entry.id === id)?.entry ?? block?.entry
}

/** The next one of that which has the focus; without one, the first in view. */
function neighbour(blocks: readonly Block[], step: 1 | -1): Block | undefined {
  const focused = focusedEntry()
  const from = focused ?? document.querySelector<HTMLElement>('article[data-entry]')?.dataset.entry
  const block = from === undefined ? undefined : blockWith(blocks, from)
  if (block === undefined) return blocks[0]
  return focused === undefined ? block : blocks[blocks.indexOf(block) + step]
}

/** What is scrolled to is drawn a moment later. */
function focusWhenThere(id: string, tries = 10): void {
  const found = document.querySelector<HTMLElement>(`article[data-entry="${CSS.escape(id)}"]`)
  if (found !== null) found.focus({ preventScroll: true })
  else if (tries > 0) requestAnimationFrame(() => focusWhenThere(id, tries - 1))
}
