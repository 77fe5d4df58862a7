import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { About, Outline, SessionDetail, Trouble } from '../src/shared/api.ts'
import { SessionButtons } from './doing/buttons.tsx'
import { count, counted, time } from './format.ts'
import { hashOf } from './route.ts'
import { Tree } from './tree.tsx'
import { moneyText, tokensText } from './usage.ts'

export interface SessionHeaderProps {
  about: About
  sessionId: string
  detail: SessionDetail | undefined
  outline: Outline | undefined
}

/** What a conversation is, and where in it something went wrong. */
export function SessionHeader({ about, sessionId, detail, outline }: SessionHeaderProps): JSX.Element {
  return (
    <header class="session">
      <p class="back">
        <a href={hashOf({ view: 'home' })}>All sessions</a>
      </p>
      <h2>{visibleLine(sessionId)}</h2>
      <p role="status" class="lease">
        {detail?.lease !== undefined && (
          <span class="badge held">in use by a run, until {time(detail.lease.until)} or longer</span>
        )}
      </p>
      <SessionButtons sessionId={sessionId} />
      {detail !== undefined && <Facts about={about} detail={detail} outline={outline} />}
      {outline !== undefined && outline.troubles.length > 0 && (
        <Troubles sessionId={sessionId} troubles={outline.troubles} isPartial={outline.isPartial} />
      )}
    </header>
  )
}

function Facts({ about, detail, outline }: Omit<SessionHeaderProps, 'sessionId'> & { detail: SessionDetail }) {
  const { session, usage, forks } = detail
  const { sessionId, itemCount, createdAt, updatedAt, expiresAt, metadata } = session
  const parent = metadata?.forkedFrom
  const money = moneyText(usage?.models, about.prices)
  return (
    <>
      <p>
        {counted(itemCount, 'item')}
        {outline !== undefined && !outline.isPartial && `, ${counted(outline.turns.length, 'turn')}`}, begun{' '}
        {time(createdAt)}, changed {time(updatedAt)}
        {expiresAt !== undefined && `, ends ${time(expiresAt)}`}
      </p>
      {usage !== undefined && (
        <p>
          {tokensText(usage)}, in {counted(usage.requests, 'request')}
          {money !== undefined && `, ${money}`}
        </p>
      )}
      {typeof parent === 'string' && (
        <p>
          Forked from <SessionLink sessionId={parent} /> (<CompareLink sessionId={parent} other={sessionId} />)
        </p>
      )}
      {forks.length > 0 && (
        <p>
          Forks:{' '}
          {forks.map((fork) => (
            <span key={fork}>
              <SessionLink sessionId={fork} /> (<CompareLink sessionId={sessionId} other={fork} />){' '}
            </span>
          ))}
        </p>
      )}
      <details>
        <summary>Compare {visibleLine(sessionId)} with another</summary>
        <CompareWith sessionId={sessionId} />
      </details>
      {metadata !== undefined && (
        <details>
          <summary>Metadata of {visibleLine(sessionId)}</summary>
          <Tree value={metadata} />
        </details>
      )}
    </>
  )
}

function SessionLink({ sessionId }: { sessionId: string }): JSX.Element {
  return <a href={hashOf({ view: 'session', sessionId })}>{visibleLine(sessionId)}</a>
}

function CompareLink({ sessionId, other }: { sessionId: string; other: string }): JSX.Element {
  const label = `Side by side: ${visibleLine(sessionId)} and ${visibleLine(other)}`
  return (
    <a href={hashOf({ view: 'compare', sessionId, other })} aria-label={label}>
      side by side
    </a>
  )
}

/** Any other session may be set beside it. */
function CompareWith({ sessionId }: { sessionId: string }): JSX.Element {
  const [other, setOther] = useState('')
  return (
    <form
      class="beside"
      onSubmit={(event) => {
        event.preventDefault()
        if (other !== '') location.hash = hashOf({ view: 'compare', sessionId, other })
      }}
    >
      <label>
        <span class="quiet">Set beside the session </span>
        <input value={other} onInput={(event) => setOther(event.currentTarget.value)} autocomplete="off" />
      </label>
      <button type="submit">Side by side</button>
    </form>
  )
}

const words: Readonly<Record<Trouble['what'], string>> = {
  failed: 'failed',
  refused: 'not approved',
  pending: 'pending',
  unreadable: 'unreadable',
  unanswered: 'not answered',
}
/** How many are linked from the head of a conversation. */
const most = 30

function Troubles(props: { sessionId: string; troubles: readonly Trouble[]; isPartial: boolean }): JSX.Element {
  const { sessionId, troubles, isPartial } = props
  return (
    <nav class="troubles" aria-label="What went wrong, and what is pending">
      {troubles.slice(-most).map(({ entry, what, name }) => (
        <a key={entry} class={`badge ${what}`} href={hashOf({ view: 'session', sessionId, entry })}>
          {words[what]}
          {name !== '' && ` ${visibleLine(name)}`}
        </a>
      ))}
      {troubles.length > most && <span class="quiet">and {count(troubles.length - most)} before these</span>}
      {isPartial && <span class="quiet">of the newest entries only</span>}
    </nav>
  )
}
