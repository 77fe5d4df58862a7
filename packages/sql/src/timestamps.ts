/** What every dialect can hold: four digits of year, and none before MySQL's first. In milliseconds since the epoch. */
const [firstMs, lastMs] = [Date.UTC(1000, 0), Date.UTC(10_000, 0) - 1]

/**
 * When each of some entries was made, in milliseconds: none before `oldest` or the one that precedes it, nor after `latest`. One without a
 * time of its own was made when the next one that has a time was, or at `latest`.
 */
export function entryTimes(times: readonly (Date | undefined)[], latest: number, oldest: number = -Infinity): number[] {
  let next = latest
  const wanted = times.toReversed().map((time) => {
    next = Math.min(time?.getTime() ?? next, latest)
    return next
  })
  let previous = oldest
  return wanted.toReversed().map((time) => {
    previous = Math.max(previous, time)
    return previous
  })
}

/** `YYYY-MM-DD HH:MM:SS.SSS` in UTC. */
export function toTimestamp(ms: number): string {
  return new Date(Math.min(Math.max(ms, firstMs), lastMs)).toISOString().replace('T', ' ').slice(0, -1)
}
