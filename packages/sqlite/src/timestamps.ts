/** The last millisecond whose year has four digits: later ones would not sort as text. */
const lastMs = Date.UTC(10_000, 0) - 1

/** `YYYY-MM-DD HH:MM:SS.SSS` in UTC: `CURRENT_TIMESTAMP` with milliseconds, so that both sort together. */
export function toTimestamp(ms: number): string {
  return new Date(Math.min(ms, lastMs)).toISOString().replace('T', ' ').slice(0, -1)
}

/** `YYYY-MM-DD HH:MM:SS` in UTC, just as `CURRENT_TIMESTAMP`: Python's SQLAlchemySession orders messages by it, then by id. */
export function toSeconds(timestamp: string): string {
  return timestamp.slice(0, 19)
}

/** Takes either form. */
export function fromTimestamp(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`)
}
