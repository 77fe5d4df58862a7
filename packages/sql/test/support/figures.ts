import { mkdirSync, writeFileSync } from 'node:fs'

/** What became of batches while something broke. Those acknowledged and found are counted as batches. */
export interface Figures {
  faults: number
  acknowledged: number
  found: number
  /** Batches of which an item is there more than once. */
  duplicated: number
  /** Batches that were acknowledged and of which an item is not there. */
  lost: number
  /** Batches whose items do not stand together, in order and complete. */
  torn: number
  /** Batches that stand before an earlier one of their writer. */
  disordered: number
}

/** What each fault test asserts. */
export const unharmed = { duplicated: 0, lost: 0, torn: 0, disordered: 0 } as const

/** Compares what was acknowledged, as `writer/batch`, with what is there, as `writer/batch/place` in order. */
export function tally(
  faults: number,
  acknowledged: readonly string[],
  contents: readonly string[],
  size: number,
): Figures {
  const places = new Map<string, number[]>()
  for (const [index, content] of contents.entries()) {
    const batch = content.slice(0, content.lastIndexOf('/'))
    places.set(batch, [...(places.get(batch) ?? []), index])
  }
  const found = [...places.keys()]
  const count = (batches: readonly string[], is: (batch: string) => boolean): number => batches.filter(is).length
  const isComplete = (batch: string): boolean => {
    const start = places.get(batch)?.[0] ?? -1
    return Array.from({ length: size }, (_, place) => contents[start + place] === `${batch}/${place}`).every(Boolean)
  }
  const isDouble = (batch: string): boolean => new Set(itemsOf(batch)).size < itemsOf(batch).length
  const itemsOf = (batch: string): (string | undefined)[] => (places.get(batch) ?? []).map((index) => contents[index])
  return {
    faults,
    acknowledged: acknowledged.length,
    found: found.length,
    duplicated: count(found, isDouble),
    lost: count(acknowledged, (batch) => !places.has(batch) || new Set(itemsOf(batch)).size < size),
    torn: count(found, (batch) => !isComplete(batch)),
    disordered: countDisordered(found),
  }
}

/** Prints the figures of a test, and keeps them in `.faults/`. */
export function report(name: string, figures: object): void {
  const folder = new URL('../../.faults/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(figures, null, 2)}\n`)
  const line = Object.entries(figures).map(([key, value]) => `${key} ${value}`)
  process.stdout.write(`${name}: ${line.join(', ')}\n`)
}

/** In the order in which the batches begin. */
function countDisordered(batches: readonly string[]): number {
  const latest = new Map<string, number>()
  let disordered = 0
  for (const batch of batches) {
    const [writer = '', number = ''] = batch.split('/')
    if (Number(number) < (latest.get(writer) ?? -1)) disordered++
    latest.set(writer, Math.max(Number(number), latest.get(writer) ?? -1))
  }
  return disordered
}
