import type { AllCosts, Change } from './comparison.ts'

/** Names of numbers, and above which column they stand. */
const headings: Readonly<Record<string, string>> = {
  roundTrips: 'round trips',
  statements: 'statements',
  transactions: 'transactions',
  commands: 'commands',
  syncs: 'syncs',
  sentBytes: 'bytes sent',
  receivedBytes: 'bytes received',
  logBytes: 'bytes in the log',
}

const callWidth = 40

/** A table for each backend; a number that changed stands behind what it was. */
export function tables(costs: AllCosts, changes: readonly Change[]): string {
  return Object.entries(costs)
    .map(([backend, { version, calls, missing }]) => {
      const names = Object.keys(Object.values(calls)[0] ?? {})
      const rows = Object.entries(calls).map(([call, counts]) => [
        `  ${call}`,
        ...names.map((name) => {
          const change = changes.find((each) => each.backend === backend && each.call === call && each.name === name)
          return change === undefined ? written(counts[name]) : `${written(change.committed)} → ${written(change.now)}`
        }),
      ])
      const lines = aligned([[`${backend} ${version}`, ...names.map((name) => headings[name] ?? name)], ...rows])
      return [...lines, ...(missing === undefined ? [] : [`  ${missing}`])].join('\n')
    })
    .join('\n\n')
}

/** A line for each number that changed. */
export function list(changes: readonly Change[]): string {
  const rows = changes.map(({ backend, call, name, committed, now }) => [
    `  ${backend}: ${call}`,
    headings[name] ?? name,
    written(committed),
    '→',
    written(now),
    committed === undefined || now === undefined ? '' : now > committed ? 'more' : 'less',
  ])
  return aligned(rows).join('\n')
}

function written(count: number | undefined): string {
  return count?.toLocaleString('en') ?? '–'
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return column === 0 ? cell.padEnd(Math.max(width, callWidth)) : cell.padStart(width + 2)
      })
      .join('')
      .trimEnd(),
  )
}
