import { visibleLine } from '@sessions/cli/items'
import type { ComponentChildren, JSX } from 'preact'
import { counted } from '../format.ts'
import { useDoing } from './doing.tsx'

/** What can be done from an entry on. Nothing in a studio that only reads. */
export function EntryButtons({ sessionId, entry }: { sessionId: string; entry: string }): JSX.Element | null {
  const doing = useDoing()
  if (doing === undefined) return null
  const name = visibleLine(entry)
  return (
    <>
      <button
        type="button"
        aria-label={`Fork from entry ${name}`}
        onClick={() => doing.start({ kind: 'fork', sessionId, entry })}
      >
        Fork
      </button>{' '}
      <button
        type="button"
        aria-label={`Rewind to entry ${name}`}
        onClick={() => doing.start({ kind: 'rewind', sessionId, entry })}
      >
        Rewind
      </button>{' '}
    </>
  )
}

/** What can be done with a whole session. */
export function SessionButtons({ sessionId }: { sessionId: string }): JSX.Element | null {
  const doing = useDoing()
  if (doing === undefined) return null
  return (
    <p class="doing">
      <button type="button" onClick={() => doing.start({ kind: 'metadata', sessionId })}>
        Edit metadata
      </button>
      <button type="button" onClick={() => doing.start({ kind: 'export', sessionIds: [sessionId] })}>
        Export
      </button>
      <button type="button" class="loses" onClick={() => doing.start({ kind: 'delete', sessionId })}>
        Delete
      </button>
    </p>
  )
}

/** A row that can be chosen for an export. */
export function Selectable({ sessionId, children }: { sessionId: string; children: ComponentChildren }): JSX.Element {
  const doing = useDoing()
  if (doing === undefined) return <>{children}</>
  const { selected, select } = doing
  const isSelected = selected.has(sessionId)
  const toggle = (): void =>
    select(isSelected ? [...selected].filter((id) => id !== sessionId) : [...selected, sessionId])
  return (
    <div class="selectable">
      <input type="checkbox" checked={isSelected} onChange={toggle} aria-label={`Select ${visibleLine(sessionId)}`} />
      {children}
    </div>
  )
}

/** What can be done with those that are chosen. */
export function SelectionButtons(): JSX.Element | null {
  const doing = useDoing()
  if (doing === undefined || doing.selected.size === 0) return null
  const { selected, select, start } = doing
  return (
    <p class="doing">
      <button type="button" onClick={() => start({ kind: 'export', sessionIds: [...selected] })}>
        Export {counted(selected.size, 'session')}
      </button>
      <button type="button" onClick={() => select([])}>
        Select none
      </button>
    </p>
  )
}
