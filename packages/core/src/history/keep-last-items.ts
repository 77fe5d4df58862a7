import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { checkCount, type HistoryWindow, type WindowOptions, windowFrom } from './window.ts'

/**
 * At most the newest `n` items of the history, and all new items. @throws RangeError unless `n` is a non-negative integer
 */
export function keepLastItems<TItem extends object = AgentInputItem>(
  n: number,
  options: WindowOptions = {},
): HistoryWindow<TItem> {
  const count = checkCount(n)
  return windowFrom<TItem>(options, (history) => Math.max(history.length - count, 0))
}
