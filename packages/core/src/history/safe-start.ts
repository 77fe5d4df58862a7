import { correlate, isInput } from './correlate.ts'

/**
 * The index of `history` at which a window may begin: the first one at or after `wanted` that leaves no result without its
 * call and no reasoning item without its item; where there is none, the last one before.
 *
 * The SDK drops calls that lost their result, but the model's API refuses results that lost their call.
 */
export function safeStart(history: readonly object[], newItems: readonly object[], wanted: number): number {
  const cuts = cutDepths([...history, ...newItems])
  const isSafe = (index: number): boolean => cuts[index] === 0
  for (let index = Math.max(wanted, 0); index <= history.length; index++) if (isSafe(index)) return index
  for (let index = Math.min(wanted, history.length) - 1; index > 0; index--) if (isSafe(index)) return index
  return 0
}

/** For each index how many pairs a window that begins there would cut in two. */
function cutDepths(items: readonly object[]): Int32Array {
  const changes = new Int32Array(items.length + 2)
  const link = (from: number, to: number): void => {
    changes[from + 1] = (changes[from + 1] ?? 0) + 1
    changes[to + 1] = (changes[to + 1] ?? 0) - 1
  }
  for (const [index, item] of items.entries()) {
    const next = items[index + 1]
    if ((item as { type?: unknown }).type === 'reasoning' && next !== undefined && !isInput(next))
      link(index, index + 1)
  }
  for (const [call, result] of correlate(items)) link(call, result)
  for (let index = 1; index < changes.length; index++)
    changes[index] = (changes[index] ?? 0) + (changes[index - 1] ?? 0)
  return changes
}
