import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { About } from '../src/shared/api.ts'
import { Compare } from './compare.tsx'
import { Pictures } from './pictures.tsx'
import { hashOf, useRoute } from './route.ts'
import { SessionList } from './session-list.tsx'
import { Transcript } from './transcript.tsx'

/** The page. */
export function App({ about }: { about: About }): JSX.Element {
  const route = useRoute()
  const current = route.view === 'session' ? route.sessionId : undefined
  useEffect(() => {
    document.title = `${current === undefined ? visibleLine(about.store) : visibleLine(current)} – Sessions studio`
  }, [about, current])
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key !== '/' || (event.target as Element).closest('input, dialog') !== null) return
      event.preventDefault()
      document.getElementById('search')?.focus()
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])
  return (
    <div class={`studio ${route.view}`}>
      <header class="bar">
        <h1>Sessions studio</h1>
        <span class="store">{visibleLine(about.store)}</span>
        {about.encrypted && <span class="badge">decrypted here</span>}
        <span class="badge">{about.writes === undefined ? 'read-only' : 'writes'}</span>
        <a href={hashOf({ view: 'pictures' })} aria-current={route.view === 'pictures' ? 'page' : undefined}>
          Pictures
        </a>
        <span class="keys quiet">
          <kbd>/</kbd> search <kbd>j</kbd> <kbd>k</kbd> entries <kbd>c</kbd> copy JSON
        </span>
      </header>
      <SessionList current={current} />
      {route.view === 'session' ? (
        <Transcript key={route.sessionId} about={about} sessionId={route.sessionId} entry={route.entry} />
      ) : route.view === 'compare' ? (
        <Compare sessionId={route.sessionId} other={route.other} />
      ) : route.view === 'pictures' ? (
        <Pictures />
      ) : (
        <main class="empty">
          <Welcome />
        </main>
      )}
    </div>
  )
}

/** What there is, for whoever reads nothing else. */
function Welcome(): JSX.Element {
  return (
    <>
      <h2>Conversations</h2>
      <p>Choose one: the newest is first. The search finds what was said, ids, and metadata, such as whose it is.</p>
      <p>
        A conversation shows its turns with what they cost, each call of a tool with its result, what failed, and its
        forks side by side. <a href={hashOf({ view: 'pictures' })}>Pictures</a> show what all of them come to.
      </p>
    </>
  )
}
