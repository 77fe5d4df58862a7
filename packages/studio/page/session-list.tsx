import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { SessionRow } from '../src/shared/api.ts'
import { Selectable, SelectionButtons } from './doing/buttons.tsx'
import { useDoing } from './doing/doing.tsx'
import { Filters, type FilterValues, queryOf } from './filters.tsx'
import { ago, count, counted, time } from './format.ts'
import { hashOf } from './route.ts'
import { type SessionStretch, SessionWindow } from './session-window.ts'
import { VirtualList } from './virtual-list.tsx'

const nothing: SessionStretch = { sessions: [], newer: false, older: false, busy: true }
/** How often the newest sessions are looked at again, in milliseconds. */
const refreshMs = 3_000
/** A search that has found less goes on by itself. */
const enough = 20

/** All sessions, newest first, or those that are looked for. */
export function SessionList({ current }: { current: string | undefined }): JSX.Element {
  const [filter, setFilter] = useState<FilterValues>({})
  const [stretch, setStretch] = useState(nothing)
  const doing = useDoing()
  const sessions = useMemo(() => new SessionWindow(queryOf(filter), setStretch), [filter, doing?.done])
  useEffect(() => {
    setStretch(nothing)
    void sessions.older()
    const timer = setInterval(() => {
      // While the store does not answer, what is shown stays.
      if (!document.hidden && filter.text === undefined) void sessions.refresh().catch(() => undefined)
    }, refreshMs)
    return () => {
      clearInterval(timer)
      sessions.close()
    }
  }, [sessions])
  const { busy, older, newer, error, searched } = stretch
  const isSearching = filter.text !== undefined && older && stretch.sessions.length < enough
  useEffect(() => {
    if (isSearching && !busy) void sessions.older()
  }, [isSearching, busy, searched])
  return (
    <nav class="sessions" aria-label="Sessions">
      <Filters onChange={setFilter} />
      <p role="status" class="quiet">
        {error ?? statusText(stretch)}
      </p>
      <SelectionButtons />
      <VirtualList
        items={stretch.sessions}
        keyOf={({ sessionId }) => sessionId}
        estimate={62}
        label="Sessions, newest first"
        busy={busy}
        onStart={newer ? () => void sessions.newer() : undefined}
        onEnd={older && filter.text === undefined ? () => void sessions.older() : undefined}
        row={(row) => (
          <Selectable sessionId={row.sessionId}>
            <Row row={row} isCurrent={row.sessionId === current} />
          </Selectable>
        )}
      />
      {filter.text !== undefined && older && !isSearching && !busy && (
        <button type="button" onClick={() => void sessions.older()}>
          Search on
        </button>
      )}
    </nav>
  )
}

function statusText({ sessions, busy, older, searched }: SessionStretch): string {
  if (searched !== undefined)
    return `${counted(sessions.length, 'session')} found, ${count(searched)} looked through${busy ? ' …' : older ? ' until now' : ''}`
  if (sessions.length === 0) return busy ? 'Loading …' : 'There are no such sessions.'
  return ''
}

function Row({ row, isCurrent }: { row: SessionRow; isCurrent: boolean }): JSX.Element {
  const { sessionId, updatedAt, itemCount, tokens, metadata, matches } = row
  const [match] = matches ?? []
  const entry = match?.entry
  const about = Object.entries(metadata ?? {}).map(([name, value]) => `${name}=${scalar(value)}`)
  return (
    <a
      class="row"
      href={hashOf({ view: 'session', sessionId, ...(entry !== undefined && { entry }) })}
      aria-current={isCurrent ? 'page' : undefined}
    >
      <span class="id">{visibleLine(sessionId)}</span>
      <span class="quiet">
        <time dateTime={updatedAt} title={time(updatedAt)}>
          {ago(updatedAt)}
        </time>
        , {counted(itemCount, 'item')}
        {tokens !== undefined && `, ${count(tokens)} tokens`}
      </span>
      {about.length > 0 && <span class="quiet metadata">{visibleLine(about.join(' ').slice(0, 200))}</span>}
      {match !== undefined && (
        <span class="match">
          {visibleLine(match.before)}
          <mark>{visibleLine(match.found)}</mark>
          {visibleLine(match.after)}
        </span>
      )}
    </a>
  )
}

function scalar(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
