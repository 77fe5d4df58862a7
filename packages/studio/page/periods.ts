/** More than so many days are drawn by months; of more months, only those in which there was something. */
const most = { days: 120, months: 600 }
const day = 86_400_000

const formats = {
  day: [{ day: 'numeric', month: 'short' }, { dateStyle: 'medium' }],
  month: [
    { month: 'short', year: 'numeric' },
    { month: 'long', year: 'numeric' },
  ],
} as const

/** The days from the first to the last, also those between them; or the months. */
export class Periods {
  readonly unit: 'day' | 'month'
  readonly labels: readonly { short: string; long: string }[]
  readonly #places: ReadonlyMap<string, number>

  /** @param days - as `2026-03-14` */
  constructor(days: readonly string[]) {
    const sorted = [...new Set(days)].sort()
    const [first, last] = [timeOf(sorted[0]), timeOf(sorted.at(-1))]
    this.unit = last - first < most.days * day ? 'day' : 'month'
    const keys = this.unit === 'day' ? daysBetween(first, last) : monthsBetween(first, last)
    const shown = sorted.length === 0 ? [] : (keys ?? [...new Set(sorted.map((one) => this.#keyOf(one)))])
    this.#places = new Map(shown.map((key, index) => [key, index]))
    const [short, long] = formats[this.unit].map(
      (options) => new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options }),
    )
    this.labels = shown.map((key) => ({
      short: short?.format(timeOf(key)) ?? '',
      long: long?.format(timeOf(key)) ?? '',
    }))
  }

  indexOf(one: string): number | undefined {
    return this.#places.get(this.#keyOf(one))
  }

  #keyOf(one: string): string {
    return this.unit === 'day' ? one : one.slice(0, one.lastIndexOf('-'))
  }
}

/** Days are no instants: they are counted in a zone without changes of its clocks. */
function timeOf(key: string | undefined): number {
  const time = Date.parse(`${key?.length === 7 ? `${key}-01` : key}T00:00:00Z`)
  return Number.isNaN(time) ? 0 : time
}

function daysBetween(first: number, last: number): string[] {
  const length = Math.round((last - first) / day) + 1
  return Array.from({ length }, (_, index) => new Date(first + index * day).toISOString().slice(0, 10))
}

/** `undefined` where they are too many. */
function monthsBetween(first: number, last: number): string[] | undefined {
  const [start, end] = [first, last].map((time) => new Date(time).getUTCFullYear() * 12 + new Date(time).getUTCMonth())
  const length = (end ?? 0) - (start ?? 0) + 1
  if (length > most.months) return undefined
  return Array.from({ length }, (_, index) =>
    new Date(Date.UTC(2000, (start ?? 0) - 24_000 + index)).toISOString().slice(0, 7),
  )
}
