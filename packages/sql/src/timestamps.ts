/** What every dialect can hold: four digits of year, and none before MySQL's first. In milliseconds since the epoch. */
const [firstMs, lastMs] = [Date.UTC(1000, 0), Date.UTC(10_000, 0) - 1]

/** `YYYY-MM-DD HH:MM:SS.SSS` in UTC. */
export function toTimestamp(ms: number): string {
  return new Date(Math.min(Math.max(ms, firstMs), lastMs)).toISOString().replace('T', ' ').slice(0, -1)
}
