const numbers = new Intl.NumberFormat('en')
const times = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

export function count(number: number): string {
  return numbers.format(number)
}

/** `1 item`, `2 items`. */
export function counted(number: number, what: string): string {
  return `${count(number)} ${what}${number === 1 ? '' : 's'}`
}

export function time(text: string): string {
  return times.format(new Date(text))
}

/** How long ago, as people say it. */
export function ago(text: string, now: number = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - new Date(text).getTime()) / 1_000))
  const [unit, length] = units.findLast(([, one]) => seconds >= one) ?? ['s', 1]
  return seconds < 5 ? 'just now' : `${Math.floor(seconds / length)} ${unit} ago`
}

const units: readonly (readonly [string, number])[] = [
  ['s', 1],
  ['min', 60],
  ['h', 3_600],
  ['d', 86_400],
]

/** Of a text in UTF-16 units, or of bytes. */
export function size(units: number): string {
  if (units < 1_000) return `${units} B`
  return units < 1_000_000 ? `${(units / 1_000).toFixed(1)} kB` : `${(units / 1_000_000).toFixed(1)} MB`
}

/** Of milliseconds: `340 ms`, `4.2 s`, `3 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${ms} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  const [unit, length] = units.findLast(([, one]) => ms >= one * 1_000) ?? ['s', 1]
  return `${count(Math.round(ms / (length * 1_000)))} ${unit}`
}
