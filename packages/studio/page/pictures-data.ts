import { lowestOf, type Sums, type TokenSums } from '../src/shared/pictures.ts'
import { Periods } from './periods.ts'

/** What is drawn: for each place on the axis a bar, which consists of a part for each series. */
export interface ChartData {
  /** What a place on the axis is: `day`, `month`; the head of the table. */
  unit: string
  /** Of each place: on the axis, and where there is room. */
  labels: readonly { short: string; long: string }[]
  series: readonly { name: string; values: readonly number[] }[]
  /** What belongs to no place, for each series. */
  elsewhere?: readonly number[]
}

/** How many models or agents have a colour of their own; the rest are one. */
const mostSeries = 6

export function sessionsByTime({ days }: Sums): ChartData {
  return overTime(
    days
      .filter(({ sessions }) => sessions > 0)
      .map(({ day, sessions }) => ({ day, name: 'sessions', value: sessions })),
  )
}

export function itemsByTime({ days }: Sums): ChartData {
  return overTime(days.filter(({ items }) => items > 0).map(({ day, items }) => ({ day, name: 'items', value: items })))
}

export function tokensByTime({ tokens }: Sums, by: TokenSums['by']): ChartData {
  const all = tokens
    .filter((sum) => sum.by === by)
    .map(({ day, name, input, output }) => ({ day, name, value: input + output }))
  return overTime(all)
}

/** How many sessions there are from each number on to below the next. @param text - of the two */
export function byBucket(counts: readonly number[], text: (lowest: number, next: number) => string): ChartData {
  const first = Math.max(
    0,
    counts.findIndex((count) => count > 0),
  )
  const labels = counts.slice(first).map((_, index) => {
    const label = text(lowestOf(first + index), lowestOf(first + index + 1))
    return { short: label, long: label }
  })
  return { unit: 'range', labels, series: [{ name: 'sessions', values: counts.slice(first) }] }
}

interface Value {
  day: string | undefined
  name: string
  value: number
}

function overTime(all: readonly Value[]): ChartData {
  const periods = new Periods(all.flatMap(({ day }) => day ?? []))
  const totals = new Map<string, number>()
  for (const { name, value } of all) totals.set(name, (totals.get(name) ?? 0) + value)
  const names = [...totals.keys()].sort((one, other) => (totals.get(other) ?? 0) - (totals.get(one) ?? 0))
  // One beyond the limit has its name rather than “others”.
  const own = names.length <= mostSeries + 1 ? names : names.slice(0, mostSeries)
  const others = names.length > own.length ? [`${names.length - own.length} others`] : []
  const series = [...own, ...others].map((name) => ({ name, values: periods.labels.map(() => 0) }))
  const elsewhere = series.map(() => 0)
  const places = new Map(own.map((name, index) => [name, index]))
  for (const { day, name, value } of all) {
    const at = places.get(name) ?? own.length
    const place = day === undefined ? undefined : periods.indexOf(day)
    const values = place === undefined ? elsewhere : (series[at]?.values ?? elsewhere)
    const index = place ?? at
    values[index] = (values[index] ?? 0) + value
  }
  const { unit, labels } = periods
  return { unit, labels, series, ...(elsewhere.some((value) => value > 0) && { elsewhere }) }
}
