import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { turnStarts } from './turns-of.ts'
import { checkCount, type HistoryWindow, type WindowOptions, windowFrom } from './window.ts'

/**
 * The newest `n` turns of the history, and all new items. A turn begins with what the user said, several messages in a row
 * together, and lasts until the user speaks again. Where all turns are shown, so is what comes before the first.
 * @throws RangeError unless `n` is a non-negative integer
 */
export function keepLastTurns<TItem extends object = AgentInputItem>(
  n: number,
  options: WindowOptions = {},
): HistoryWindow<TItem> {
  const count = checkCount(n)
  return windowFrom<TItem>(options, (history) => {
    const starts = turnStarts(history)
    if (count === 0) return history.length
    return count < starts.length ? (starts[starts.length - count] ?? 0) : 0
  })
}
