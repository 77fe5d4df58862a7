import { type Link, linksOf } from './links.ts'

/** What of a history is shown beside the newest items: indexes. */
export interface Selection {
  /** The compaction item that stands for what was before it, and what new items cannot do without. */
  pinned: ReadonlySet<number>
  /** What is shown, in order, of a window that should begin at `start`. */
  from(start: number, alsoPinned: ReadonlySet<number>): number[]
}

/** @param newItems - they are all shown, after the history */
export function selectionOf(history: readonly object[], newItems: readonly object[]): Selection {
  const links = linksOf([...history, ...newItems])
  const pinned = needed(links, history.length)
  const compaction = history.findLastIndex((item) => (item as { type?: unknown }).type === 'compaction')
  if (compaction >= 0) pinned.add(compaction)
  const inside = links.filter(({ to }) => to < history.length)
  return {
    pinned,
    from(wanted, alsoPinned) {
      const start = safeStart(inside, wanted, history.length)
      const isPinned = (index: number): boolean => pinned.has(index) || alsoPinned.has(index)
      const lone = new Set(inside.filter(({ from }) => from < start && !isPinned(from)).map(({ to }) => to))
      return [...history.keys()].filter((index) => isPinned(index) || (index >= start && !lone.has(index)))
    },
  }
}

/** What is linked, directly or by way of others, to something that is new. */
function needed(links: readonly Link[], length: number): Set<number> {
  const neighbours = new Map<number, number[]>()
  for (const { from, to } of links) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), to])
    neighbours.set(to, [...(neighbours.get(to) ?? []), from])
  }
  const found = new Set<number>()
  const open = links.filter(({ from, to }) => from < length && to >= length).map(({ from }) => from)
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (index >= length || found.has(index)) continue
    found.add(index)
    open.push(...(neighbours.get(index) ?? []))
  }
  return found
}

/**
 * The first index at or after `wanted` where nothing is cut off from what it belongs to. A result that came late is no reason to begin
 * later: it is left out alone.
 */
function safeStart(links: readonly Link[], wanted: number, length: number): number {
  const cuts = new Int32Array(length + 2)
  for (const { from, to } of links.filter(({ isLate }) => !isLate)) {
    cuts[from + 1] = (cuts[from + 1] as number) + 1
    cuts[to + 1] = (cuts[to + 1] as number) - 1
  }
  for (let index = 1; index < cuts.length; index++) cuts[index] = (cuts[index] as number) + (cuts[index - 1] as number)
  let start = Math.min(Math.max(wanted, 0), length)
  while (start < length && cuts[start] !== 0) start++
  return start
}
