import { setImmediate as turn } from 'node:timers/promises'
import type { SessionStore } from '@sessions/core'
import { calls, seed } from './calls.ts'

/** What has been counted so far, by its name. */
export type Counts = Readonly<Record<string, number>>

/** What was counted before and after each time that a call was made. */
export type Readings = Readonly<Record<string, readonly (readonly [Counts, Counts])[]>>

/** Where calls are made and counted. */
export interface Counted {
  readonly store: SessionStore
  /** What has been counted until now, when all is done that was asked for. */
  read(): Promise<Counts>
}

/** Times that a call is made before it is counted: connections are made then, ten for many calls at once, and statements prepared on each. */
const warm = 10
const counted = 5

/** Makes every call several times. */
export async function readAll({ store, read }: Counted): Promise<Readings> {
  await seed(store)
  const readings: Record<string, (readonly [Counts, Counts])[]> = {}
  for (const [name, prepare] of Object.entries(calls)) {
    const pairs: (readonly [Counts, Counts])[] = []
    for (let round = 0; round < warm + counted; round++) {
      const call = await prepare(store, round)
      // Nothing that was done before is of the same turn of the event loop.
      await turn()
      const before = await read()
      await call()
      pairs.push([before, await read()])
    }
    readings[name] = pairs.slice(warm)
  }
  return readings
}

/** What each call costs: the least that was counted, since a machine with other work splits a group now and then, which only adds. */
export function costs(readings: Readings): Record<string, Counts> {
  return Object.fromEntries(Object.entries(readings).map(([name, pairs]) => [name, costOf(pairs)]))
}

function costOf(pairs: readonly (readonly [Counts, Counts])[]): Counts {
  const names = Object.keys(pairs[0]?.[0] ?? {})
  const least = (name: string): number =>
    Math.min(...pairs.map(([before, after]) => (after[name] ?? 0) - (before[name] ?? 0)))
  return Object.fromEntries(names.map((name) => [name, least(name)]))
}

/** Reads until two readings in a row are the same: nothing is under way any more. */
export async function settled(read: () => Promise<Counts>): Promise<Counts> {
  let before = await read()
  for (;;) {
    const after = await read()
    if (JSON.stringify(after) === JSON.stringify(before)) return after
    before = after
  }
}
