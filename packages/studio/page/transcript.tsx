import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { About, LiveEvent, Outline, PageEntry, SessionDetail } from '../src/shared/api.ts'
import { getJSON } from './api.ts'
import { blocksOf, blockWith } from './blocks.ts'
import { useDoing } from './doing/doing.tsx'
import { EntryView } from './entry-view.tsx'
import { type EntryStretch, EntryWindow } from './entry-window.ts'
import { useKeys } from './keys.ts'
import { useLive } from './live.ts'
import { RawDialog } from './raw-dialog.tsx'
import { SessionHeader } from './session-header.tsx'
import { TurnHeading } from './turn-heading.tsx'
import { tokensByTurn } from './usage.ts'
import { VirtualList } from './virtual-list.tsx'

export interface TranscriptProps {
  about: About
  sessionId: string
  /** Which entry a link leads to. */
  entry?: string | undefined
}

const nothing: EntryStretch = { entries: [], older: false, newer: false, busy: true }

/** A conversation. */
export function Transcript({ about, sessionId, entry }: TranscriptProps): JSX.Element {
  const [stretch, setStretch] = useState(nothing)
  const [detail, setDetail] = useState<SessionDetail>()
  const [outline, setOutline] = useState<Outline>()
  const [raw, setRaw] = useState<PageEntry>()
  const [error, setError] = useState('')
  const [target, setTarget] = useState<{ key: string; jump: number; align: 'start' | 'end' }>()
  const jump = useRef(0)
  const entries = useMemo(() => new EntryWindow(sessionId, setStretch), [sessionId])
  const blocks = useMemo(() => blocksOf(stretch.entries, stretch.newer), [stretch.entries, stretch.newer])
  const goTo = useCallback((key: string, align: 'start' | 'end' = 'start') => {
    jump.current++
    setTarget({ key, jump: jump.current, align })
  }, [])
  const readAbout = useCallback(async (): Promise<void> => {
    try {
      setDetail(await getJSON<SessionDetail>('session', { id: sessionId }))
      setOutline(await getJSON<Outline>('outline', { id: sessionId }))
    } catch (reason) {
      setError((reason as Error).message)
    }
  }, [sessionId])

  useEffect(() => () => entries.close(), [entries])
  useEffect(() => {
    const read = entry === undefined ? entries.newest() : entries.around(entry)
    void read.then(() => setIsWanted(true))
  }, [entries, entry])
  // Where it opens is known once something is there.
  const [isWanted, setIsWanted] = useState(false)
  useEffect(() => {
    if (!isWanted || stretch.busy) return
    const key = entry === undefined ? blocks.at(-1)?.entry.id : blockWith(blocks, entry)?.entry.id
    if (key !== undefined) goTo(key, entry === undefined ? 'end' : 'start')
    setIsWanted(false)
  }, [isWanted, stretch.busy, blocks])
  const doing = useDoing()
  useEffect(() => {
    void readAbout()
  }, [readAbout, doing?.done])

  const lastId = stretch.entries.at(-1)?.id
  const onLive = useCallback(
    (event: LiveEvent) => {
      if (event.type === 'lease') {
        setDetail((before) => before && withLease(before, event))
        return
      }
      void (event.type === 'added' ? entries.after(true) : entries.newest())
      void readAbout()
    },
    [entries, readAbout],
  )
  useLive(
    sessionId,
    lastId,
    about.keepsPlaces && detail !== undefined && !(stretch.busy && lastId === undefined),
    onLive,
  )
  const note = useKeys(sessionId, blocks, goTo)

  const tokens = useMemo(
    () => tokensByTurn(detail?.usage, outline, stretch.entries),
    [detail, outline, stretch.entries],
  )
  const turns = useMemo(() => new Map(outline?.turns.map((id, index) => [id, index + 1])), [outline])
  return (
    <main class="transcript" aria-label="Conversation">
      {error !== '' && (
        <p role="alert" class="problem">
          {error}
        </p>
      )}
      <SessionHeader about={about} sessionId={sessionId} detail={detail} outline={outline} />
      <nav class="ends" aria-label="Ends of the conversation">
        <button type="button" onClick={() => void entries.oldest().then(() => goToFirst(entries, goTo))}>
          Oldest
        </button>
        <button type="button" onClick={() => void entries.newest().then(() => setIsWanted(true))}>
          Newest
        </button>
        <span role="status" class="quiet">
          {stretch.error ?? note}
        </span>
      </nav>
      {blocks.length === 0 && !stretch.busy && <p class="note">There are no entries.</p>}
      <VirtualList
        items={blocks}
        keyOf={({ entry: { id } }) => id}
        estimate={140}
        label={`Entries of ${visibleLine(sessionId)}`}
        busy={stretch.busy}
        onStart={stretch.older ? () => void entries.before() : undefined}
        onEnd={stretch.newer ? () => void entries.after() : undefined}
        target={target}
        follows={!stretch.newer}
        row={(block) => (
          <>
            {block.startsTurn && (
              <TurnHeading
                number={outline?.isPartial ? undefined : turns.get(block.entry.id)}
                tokens={tokens.get(block.entry.id)}
                prices={about.prices}
              />
            )}
            <EntryView
              sessionId={sessionId}
              block={block}
              isTarget={entry !== undefined && blockWith([block], entry) !== undefined}
              onRaw={setRaw}
            />
          </>
        )}
      />
      {raw !== undefined && <RawDialog sessionId={sessionId} entry={raw} onClose={() => setRaw(undefined)} />}
    </main>
  )
}

function goToFirst(entries: EntryWindow, goTo: (key: string) => void): void {
  const [first] = entries.now.entries
  if (first !== undefined) goTo(first.id)
}

function withLease(detail: SessionDetail, { lease }: Extract<LiveEvent, { type: 'lease' }>): SessionDetail {
  const { lease: _, ...others } = detail
  return { ...others, ...(lease && { lease }) }
}
