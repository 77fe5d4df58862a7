import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { PageEntry } from '../src/shared/api.ts'
import { getJSON } from './api.ts'
import { copyText } from './clipboard.ts'
import { LongText } from './long-text.tsx'

export interface RawDialogProps {
  sessionId: string
  entry: PageEntry
  onClose: () => void
}

/** The JSON of an entry as it is stored, which `c` copies. */
export function RawDialog({ sessionId, entry, onClose }: RawDialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  const [text, setText] = useState('')
  const [note, setNote] = useState('')
  // Before anything else is typed: keys that follow the one that opened it are meant for it.
  useLayoutEffect(() => dialog.current?.showModal(), [])
  useEffect(() => {
    rawText(sessionId, entry).then(setText, (error: Error) => setNote(error.message))
  }, [sessionId, entry.id])
  const copy = (): void => {
    copyText(text).then(
      () => setNote('Copied.'),
      (error: Error) => setNote(error.message),
    )
  }
  return (
    <dialog
      ref={dialog}
      aria-labelledby="raw-title"
      onClose={onClose}
      onKeyDown={(event) => {
        if (event.key === 'c' && !event.ctrlKey && !event.metaKey) copy()
      }}
    >
      <header>
        <h3 id="raw-title">Entry as it is stored</h3>
        <button type="button" onClick={copy}>
          Copy <kbd>c</kbd>
        </button>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      <p role="status">{note}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre tabIndex={0}>
        <LongText text={text} />
      </pre>
    </dialog>
  )
}

/** The JSON of an entry, whole. */
export async function rawText(sessionId: string, entry: PageEntry): Promise<string> {
  const whole = entry.isCut ? await getJSON<PageEntry>('entry', { id: sessionId, entry: entry.id }) : entry
  return whole.item === undefined ? (whole.raw ?? '') : JSON.stringify(whole.item, null, 2)
}
