/** The last millisecond whose year has four digits: later ones would not sort as text. */
const lastMs = Date.UTC(10_000, 0) - 1
/** Of the timestamps that we write; other tools have others, or none. */
const form = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/

/** The second that a timestamp was last made in, and the last timestamp: those that are made and read follow each other closely. */
let last = { second: 0, text: '1970-01-01 00:00:00' }
let made = { time: 0, timestamp: '1970-01-01 00:00:00.000' }

/** `YYYY-MM-DD HH:MM:SS.SSS` in UTC: `CURRENT_TIMESTAMP` with milliseconds, so that both sort together. */
export function toTimestamp(ms: number): string {
  const time = Math.trunc(Math.min(ms, lastMs))
  if (time === made.time) return made.timestamp
  const second = Math.floor(time / 1000)
  if (second !== last.second)
    last = { second, text: new Date(second * 1000).toISOString().replace('T', ' ').slice(0, -5) }
  made = { time, timestamp: `${last.text}.${String(time - second * 1000).padStart(3, '0')}` }
  return made.timestamp
}

/** The first millisecond from `now` on that is after a timestamp. */
export function timeAfter(timestamp: string | null, now: number): number {
  // Texts of one form compare as their times do, which costs a tenth of reading them.
  if (timestamp !== null && form.test(timestamp) && timestamp < toTimestamp(now)) return now
  return Math.max(now, fromTimestamp(timestamp) + 1)
}

/** What is before this instant, in either form, sorts before this text. */
export function toBound(ms: number): string {
  return toTimestamp(ms).replace(/\.000$/, '')
}

/** `YYYY-MM-DD HH:MM:SS` in UTC, just as `CURRENT_TIMESTAMP`: Python's SQLAlchemySession orders messages by it, then by id. */
export function toSeconds(timestamp: string): string {
  return timestamp.slice(0, 19)
}

/** Takes either form, and the ISO 8601 of other tools. What is no time at all counts as the epoch. */
export function fromTimestamp(text: string | null): number {
  if (text?.startsWith(last.text) && form.test(text)) return last.second * 1000 + Number(text.slice(20))
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(text ?? '') ? `${text}` : `${text?.replace(' ', 'T')}Z`
  const ms = Date.parse(zoned)
  return Number.isNaN(ms) ? 0 : ms
}

/**
 * When each of some entries was made, in milliseconds: never before `oldest` or the one that precedes it, nor otherwise after `now`,
 * since Python orders by time first. One without a time of its own was made now, or when the next one that has a time was, so that
 * kept entries keep theirs.
 */
export function entryTimes(times: readonly (Date | undefined)[], oldest: number, now: number): number[] {
  const given: number[] = []
  let next = now
  for (const time of times.toReversed()) {
    next = Math.min(time?.getTime() ?? next, now)
    given.push(next)
  }
  let previous = oldest
  return given.reverse().map((time) => {
    previous = Math.max(previous, time)
    return previous
  })
}
