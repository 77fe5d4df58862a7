import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import type { Extreme } from '../src/shared/pictures.ts'
import { count, duration, size } from './format.ts'
import { hashOf } from './route.ts'

export interface ExtremesProps {
  title: string
  about: string
  extremes: readonly Extreme[]
  /** What they stand out by. */
  by: 'longestTurn' | 'bytes'
}

/** Conversations that stand out, as links, with a bar for each. */
export function Extremes({ title, about, extremes, by }: ExtremesProps): JSX.Element {
  const id = useId()
  const highest = Math.max(1, ...extremes.map((one) => one[by] ?? 0))
  return (
    <section class="figure" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <p class="quiet">{about}</p>
      {extremes.length === 0 ? (
        <p class="note">Nothing of that is kept.</p>
      ) : (
        <table class="extremes">
          <thead>
            <tr>
              <th scope="col">Session</th>
              <th scope="col">{by === 'bytes' ? 'Size' : 'Longest turn'}</th>
              <th scope="col">Items</th>
            </tr>
          </thead>
          <tbody>
            {extremes.map((one) => (
              <tr key={one.sessionId}>
                <th scope="row">
                  <a href={hashOf({ view: 'session', sessionId: one.sessionId })}>{visibleLine(one.sessionId)}</a>
                  <span class="share" style={{ width: `${(100 * (one[by] ?? 0)) / highest}%` }} />
                </th>
                <td>{by === 'bytes' ? size(one.bytes) : duration(one.longestTurn ?? 0)}</td>
                <td>{count(one.items)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
