import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Comparison, PageEntry } from '../src/shared/api.ts'
import { getJSON } from './api.ts'
import { blocksOf } from './blocks.ts'
import { EntryView } from './entry-view.tsx'
import { counted } from './format.ts'
import { RawDialog } from './raw-dialog.tsx'
import { hashOf } from './route.ts'

export interface CompareProps {
  sessionId: string
  other: string
}

/** Two conversations from where they part: a fork and what it came from, or any two. */
export function Compare({ sessionId, other }: CompareProps): JSX.Element {
  const [found, setFound] = useState<Comparison>()
  const [error, setError] = useState('')
  useEffect(() => {
    const ended = new AbortController()
    getJSON<Comparison>('compare', { id: sessionId, other }, ended.signal).then(setFound, (reason: Error) => {
      if (!ended.signal.aborted) setError(reason.message)
    })
    return () => ended.abort()
  }, [sessionId, other])
  return (
    <main class="compare" aria-label="Side by side">
      <header class="session">
        <p class="back">
          <a href={hashOf({ view: 'home' })}>All sessions</a>
        </p>
        <h2>Side by side</h2>
        <p role="status">{error === '' ? statusOf(found) : error}</p>
      </header>
      {found !== undefined && (
        <div class="sides">
          <Side sessionId={sessionId} entries={found.left} hasMore={found.leftMore} />
          <Side sessionId={other} entries={found.right} hasMore={found.rightMore} />
        </div>
      )}
    </main>
  )
}

function statusOf(found: Comparison | undefined): string {
  if (found === undefined) return 'Comparing …'
  const { common, left, right } = found
  if (left.length === 0 && right.length === 0) return `They are the same: ${counted(common, 'item')}.`
  return common === 0 ? 'They have no beginning in common.' : `They begin with the same ${counted(common, 'item')}.`
}

function Side(props: { sessionId: string; entries: readonly PageEntry[]; hasMore: boolean }): JSX.Element {
  const { sessionId, entries, hasMore } = props
  const [raw, setRaw] = useState<PageEntry>()
  const blocks = useMemo(() => blocksOf(entries, hasMore), [entries, hasMore])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="side" aria-label={visibleLine(sessionId)} tabIndex={0}>
      <h3>
        <a href={hashOf({ view: 'session', sessionId })}>{visibleLine(sessionId)}</a>
      </h3>
      {blocks.length === 0 && <p class="note">It ends where they part.</p>}
      {blocks.map((block) => (
        <EntryView key={block.entry.id} sessionId={sessionId} block={block} isTarget={false} onRaw={setRaw} />
      ))}
      {hasMore && <p class="note">And more: the conversation has it.</p>}
      {raw !== undefined && <RawDialog sessionId={sessionId} entry={raw} onClose={() => setRaw(undefined)} />}
    </section>
  )
}
