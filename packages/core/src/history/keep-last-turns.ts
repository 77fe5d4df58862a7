import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { checkCount, type HistoryWindow, type WindowOptions, windowFrom } from './window.ts'

/**
 * The newest `n` turns of the history, and all new items. A turn begins with what the user said, several messages in a row
 * together, and lasts until the user speaks again. What comes before the first turn belongs to it.
 * @throws RangeError unless `n` is a non-negative integer
 */
export function keepLastTurns<TItem extends object = AgentInputItem>(
  n: number,
  options: WindowOptions = {},
): HistoryWindow<TItem> {
  const count = checkCount(n)
  return windowFrom<TItem>(options, (history) => {
    const starts = history.flatMap((item, index) => (isUser(item) && !isUser(history[index - 1]) ? [index] : []))
    if (count === 0) return history.length
    return count < starts.length ? (starts[starts.length - count] ?? 0) : 0
  })
}

function isUser(item: object | undefined): boolean {
  return (item as { role?: unknown } | undefined)?.role === 'user'
}
