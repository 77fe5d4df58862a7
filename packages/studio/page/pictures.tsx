import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { noSums } from '../src/shared/pictures.ts'
import { ChartFigure } from './chart-figure.tsx'
import { Extremes } from './extremes.tsx'
import { count, counted, size } from './format.ts'
import { byBucket, itemsByTime, sessionsByTime, tokensByTime } from './pictures-data.ts'
import { type PicturesState, PicturesSums, stretchLength, timeZone } from './pictures-sums.ts'
import { hashOf } from './route.ts'

const nothing: PicturesState = { sums: noSums, busy: true, older: false }

/** What the sessions come to, drawn, and each picture as a table too. */
export function Pictures(): JSX.Element {
  const [state, setState] = useState(nothing)
  const looking = useMemo(() => new PicturesSums(setState), [])
  useEffect(() => {
    void looking.further()
    return () => looking.close()
  }, [looking])
  const { sums, busy, older, error } = state
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <main class="pictures" aria-label="Pictures" tabIndex={0} aria-busy={busy}>
      <header class="session">
        <p class="back">
          <a href={hashOf({ view: 'home' })}>All sessions</a>
        </p>
        <h2>Pictures</h2>
        <p role="status">{error ?? statusText(state)}</p>
        <p class="quiet">
          {busy && `${counted(sums.sessions, 'session')} until now. `}
          Days are those of {visibleLine(timeZone)}. Sizes are those of what is stored.
          {sums.cut > 0 && ` Of ${counted(sums.cut, 'session')} only the first 20,000 items were read.`}
        </p>
        {older && !busy && (
          <button type="button" onClick={() => void looking.further()}>
            Look at the next {count(stretchLength)}
          </button>
        )}
      </header>
      {sums.sessions > 0 && <All sums={sums} />}
    </main>
  )
}

function statusText({ sums: { sessions }, busy, older }: PicturesState): string {
  if (busy) return 'Looking …'
  if (sessions === 0) return 'There are no sessions.'
  return older ? `Of the newest ${counted(sessions, 'session')}.` : `Of all ${counted(sessions, 'session')}.`
}

function lengthText(lowest: number, next: number): string {
  return next - lowest <= 1 ? count(lowest) : `${count(lowest)} – ${count(next - 1)}`
}

function sizeText(lowest: number, next: number): string {
  return `${size(lowest)} to ${size(next)}`
}

function All({ sums }: Pick<PicturesState, 'sums'>): JSX.Element {
  const [sessions, items] = useMemo(() => [sessionsByTime(sums), itemsByTime(sums)], [sums])
  const [lengths, sizes] = useMemo(() => [byBucket(sums.lengths, lengthText), byBucket(sums.sizes, sizeText)], [sums])
  const [models, agents] = useMemo(() => [tokensByTime(sums, 'model'), tokensByTime(sums, 'agent')], [sums])
  return (
    <div class="figures">
      <ChartFigure title={`Sessions by the ${sessions.unit} they began`} what="Sessions" chart={sessions} />
      <ChartFigure title={`Items by the ${items.unit} they were written`} what="Items" chart={items} />
      <ChartFigure title="Sessions by their number of items" what="Items" chart={lengths} />
      <ChartFigure title="Sessions by their size" what="Size" chart={sizes} />
      <ChartFigure title={`Tokens by ${models.unit} and model`} what="Tokens" chart={models} />
      <ChartFigure title={`Tokens by ${agents.unit} and agent`} what="Tokens" chart={agents} />
      <Extremes
        title="The slowest conversations"
        about="By their longest turn: from what the user said to the last item before they spoke again, by the times at which the items were written."
        extremes={sums.slowest}
        by="longestTurn"
      />
      <Extremes
        title="The largest conversations"
        about="By what is stored of them."
        extremes={sums.largest}
        by="bytes"
      />
    </div>
  )
}
