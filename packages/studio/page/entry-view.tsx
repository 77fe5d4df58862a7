import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import { useCallback, useState } from 'preact/hooks'
import type { PageEntry } from '../src/shared/api.ts'
import { getJSON } from './api.ts'
import type { Block, CallState, Result } from './blocks.ts'
import { Content, Input, Thoughts } from './content.tsx'
import { EntryButtons } from './doing/buttons.tsx'
import { counted, size, time } from './format.ts'
import { LongText } from './long-text.tsx'
import { hashOf } from './route.ts'
import { Tree } from './tree.tsx'
import { WholeEntry } from './whole-entry.ts'

export interface EntryViewProps {
  sessionId: string
  block: Block
  /** Whether a link leads here. */
  isTarget: boolean
  onRaw: (entry: PageEntry) => void
}

const speakers: Readonly<Record<Block['kind']['speaker'], string>> = {
  user: 'User',
  assistant: 'Assistant',
  system: 'System',
  reasoning: 'Reasoning',
  call: 'Tool call',
  result: 'Result of a call',
  other: '',
}

/** An entry of a transcript. */
export function EntryView({ sessionId, block, isTarget, onRaw }: EntryViewProps): JSX.Element {
  const { entry, kind, state, handoff } = block
  const name = nameOf(block)
  return (
    <article
      class={`entry ${kind.speaker}${isTarget ? ' target' : ''}`}
      aria-label={`${name}, entry ${visibleLine(entry.id)}`}
      data-entry={entry.id}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: `j` and `k` lead from one to the next
      tabIndex={0}
    >
      <header>
        <h4>{name}</h4>
        {handoff !== undefined && <span class="badge">hand-off</span>}
        {state !== undefined && <State state={state} />}
        <About sessionId={sessionId} entry={entry} onRaw={onRaw} />
      </header>
      <Body sessionId={sessionId} block={block} onRaw={onRaw} />
    </article>
  )
}

function nameOf({ kind: { speaker, title }, handoff, fields }: Block): string {
  if (handoff !== undefined) return `Hand-off to ${visibleLine(handoff)}`
  const encrypted = fields !== undefined && '__enc__' in fields
  const type = encrypted ? 'Encrypted' : visibleLine(title || 'Item')
  return speakers[speaker] === '' ? type : `${speakers[speaker]}${title === '' ? '' : ` ${visibleLine(title)}`}`
}

const states: Readonly<Record<CallState, string>> = {
  done: 'done',
  failed: 'failed',
  refused: 'not approved',
  pending: 'pending',
  unknown: 'result not loaded',
}

function State({ state }: { state: CallState }): JSX.Element {
  return <span class={`badge ${state}`}>{states[state]}</span>
}

/** When, where, and the way to its JSON. */
function About({ sessionId, entry, onRaw }: Pick<EntryViewProps, 'sessionId' | 'onRaw'> & { entry: PageEntry }) {
  const { id, createdAt } = entry
  return (
    <span class="about">
      {createdAt !== undefined && <time dateTime={createdAt}>{time(createdAt)}</time>}{' '}
      <a href={hashOf({ view: 'session', sessionId, entry: id })} aria-label={`Link to entry ${visibleLine(id)}`}>
        #{visibleLine(id.length > 24 ? `${id.slice(0, 24)}…` : id)}
      </a>{' '}
      <EntryButtons sessionId={sessionId} entry={id} />
      <button type="button" onClick={() => onRaw(entry)} aria-label={`JSON of entry ${visibleLine(id)}`}>
        JSON
      </button>
    </span>
  )
}

/** What an entry says. Where something of it was cut, it can be asked for whole. */
function Body({ sessionId, block, onRaw }: Omit<EntryViewProps, 'isTarget'>): JSX.Element {
  const { entry, fields, kind, results, state } = block
  if (entry.problem !== undefined || fields === undefined) return <Unreadable entry={entry} />
  if (kind.speaker !== 'call') {
    return (
      <Whole sessionId={sessionId} entry={entry}>
        {(whole) => <Said kind={kind} fields={whole} />}
      </Whole>
    )
  }
  return (
    <div class="exchange">
      <div class="arguments">
        <h5>Arguments</h5>
        <Whole sessionId={sessionId} entry={entry}>
          {(whole) => <Input fields={whole} />}
        </Whole>
      </div>
      <div class="answer">
        <h5>Result</h5>
        {state === undefined && <Content value={fields.output} />}
        {state === 'pending' && (
          <p class="note">There is no result yet: it runs, waits for an approval, or was given up.</p>
        )}
        {state === 'unknown' && <p class="note">Not among the entries that are loaded.</p>}
        {results.map((result) => (
          <ResultView key={result.entry.id} sessionId={sessionId} result={result} onRaw={onRaw} />
        ))}
      </div>
    </div>
  )
}

function ResultView({ sessionId, result, onRaw }: { result: Result } & Pick<EntryViewProps, 'sessionId' | 'onRaw'>) {
  const { entry, distance } = result
  return (
    <div class={`result ${result.outcome}`} data-entry={entry.id}>
      <Whole sessionId={sessionId} entry={entry}>
        {(whole) => <Content value={whole.output} />}
      </Whole>
      <p class="about">
        {distance > 0 && <span>{counted(distance, 'entry').replace(/entrys$/, 'entries')} later </span>}
        <About sessionId={sessionId} entry={entry} onRaw={onRaw} />
      </p>
    </div>
  )
}

type Fields = NonNullable<PageEntry['item']>

function Said({ kind, fields }: { kind: Block['kind']; fields: Fields }): JSX.Element {
  if (kind.speaker === 'reasoning') {
    return (
      <details>
        <summary>What it thought</summary>
        <Thoughts fields={fields} />
      </details>
    )
  }
  if (kind.speaker === 'result') return <Content value={fields.output} />
  if ('__enc__' in fields) return <p class="note">An envelope. The key in the environment of the studio opens it.</p>
  if (kind.speaker === 'other' && typeof fields.role !== 'string') return <Tree value={fields} />
  return <Content value={fields.content} />
}

function Unreadable({ entry: { problem = '', raw, size: units } }: { entry: PageEntry }): JSX.Element {
  return (
    <>
      <p class="problem">{problem}</p>
      {raw !== undefined && (
        <details>
          <summary>The record, {size(units)}</summary>
          <LongText text={raw} />
        </details>
      )}
    </>
  )
}

/** What is drawn of an item, again once it was asked for whole. */
function Whole(props: { sessionId: string; entry: PageEntry; children: (fields: Fields) => JSX.Element }): JSX.Element {
  const { sessionId, entry, children } = props
  const [whole, setWhole] = useState<Fields>()
  const [error, setError] = useState('')
  const load = useCallback(() => {
    if (entry.isCut !== true) return
    getJSON<PageEntry>('entry', { id: sessionId, entry: entry.id }).then(
      ({ item }) => setWhole(item),
      (reason: Error) => setError(reason.message),
    )
  }, [sessionId, entry])
  return (
    <WholeEntry.Provider value={load}>
      {children(whole ?? entry.item ?? {})}
      {error !== '' && <p class="problem">{error}</p>}
    </WholeEntry.Provider>
  )
}
