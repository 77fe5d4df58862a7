import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { count } from './format.ts'
import type { ChartData } from './pictures-data.ts'

export interface ChartTableProps {
  title: string
  what: string
  chart: ChartData
  /** Of each series. */
  totals: readonly number[]
}

/** The numbers of a picture. */
export function ChartTable({ title, what, chart, totals }: ChartTableProps): JSX.Element {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>Table: {title}</summary>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <section class="numbers" tabIndex={0} aria-label={`Table: ${title}`}>
          <table>
            <thead>
              <tr>
                <th scope="col">{heads[chart.unit] ?? what}</th>
                {chart.series.map(({ name }) => (
                  <th key={name} scope="col">
                    {visibleLine(name)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {chart.labels.map(({ long }, index) => (
                <Row key={long} head={long} values={chart.series.map(({ values }) => values[index] ?? 0)} />
              ))}
              {chart.elsewhere !== undefined && <Row head="day not kept" values={chart.elsewhere} />}
            </tbody>
            <tfoot>
              <Row head="in all" values={totals} />
            </tfoot>
          </table>
        </section>
      )}
    </details>
  )
}

const heads: Readonly<Record<string, string>> = { day: 'Day', month: 'Month' }

function Row({ head, values }: { head: string; values: readonly number[] }): JSX.Element {
  return (
    <tr>
      <th scope="row">{head}</th>
      {values.map((value, index) => (
        <td key={index}>{count(value)}</td>
      ))}
    </tr>
  )
}
