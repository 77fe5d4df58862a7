import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import { Chart, seriesInk } from './chart.tsx'
import { ChartTable } from './chart-table.tsx'
import { count } from './format.ts'
import type { ChartData } from './pictures-data.ts'

export interface ChartFigureProps {
  title: string
  /** What is counted. */
  what: string
  chart: ChartData
}

/** A picture, what its colours mean, and its numbers. */
export function ChartFigure({ title, what, chart }: ChartFigureProps): JSX.Element {
  const id = useId()
  const [place, setPlace] = useState<number>()
  const totals = chart.series.map(({ values }, index) => sum(values) + (chart.elsewhere?.[index] ?? 0))
  return (
    <section class="figure" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {chart.labels.length === 0 ? (
        <p class="note">Nothing of that is kept.</p>
      ) : (
        <>
          <Chart
            chart={chart}
            label={`${title}. ${summaryOf(chart)} The numbers are in the table.`}
            onPlace={setPlace}
          />
          <p class="quiet place" aria-hidden="true">
            {place === undefined ? summaryOf(chart) : placeText(chart, place)}
          </p>
          {chart.series.length > 1 && (
            <ul class="legend">
              {chart.series.map(({ name }, index) => (
                <li key={name}>
                  <span class="swatch" style={{ background: `var(${seriesInk(index)})` }} /> {visibleLine(name)}{' '}
                  <span class="quiet">{count(totals[index] ?? 0)}</span>
                </li>
              ))}
            </ul>
          )}
          <ChartTable title={title} what={what} chart={chart} totals={totals} />
        </>
      )}
    </section>
  )
}

/** From when to when, and the highest of all. */
function summaryOf({ labels, series }: ChartData): string {
  const sums = labels.map((_, index) => sum(series.map(({ values }) => values[index] ?? 0)))
  const highest = Math.max(...sums)
  const [first, last, most] = [labels[0], labels.at(-1), labels[sums.indexOf(highest)]].map(
    (label) => label?.long ?? '',
  )
  return `${first === last ? first : `From ${first} to ${last}`}. Highest: ${count(highest)}, ${most}.`
}

function placeText({ labels, series }: ChartData, place: number): string {
  const parts = series.map(({ name, values }) => `${visibleLine(name)} ${count(values[place] ?? 0)}`)
  return `${labels[place]?.long ?? ''}: ${parts.join(', ')}`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
