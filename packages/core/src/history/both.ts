import type { AgentInputItem } from '../codec/agent-input-item.ts'
import type { AsyncHistoryWindow, HistoryWindow } from './window.ts'

/**
 * What all of these windows show: `both(keepLastTurns(10), keepWithin(8_000, tokens))`. Each sees what the one before it has left of the
 * history, so the one that costs most comes last; each says for itself whether it keeps system messages.
 * @throws TypeError for what is no window
 */
export function both<TItem extends object = AgentInputItem>(
  ...windows: readonly HistoryWindow<TItem>[]
): HistoryWindow<TItem>
/** The same where one of them must be waited for. */
export function both<TItem extends object = AgentInputItem>(
  ...windows: readonly AsyncHistoryWindow<TItem>[]
): AsyncHistoryWindow<TItem>
/** Both of these. */
export function both<TItem extends object>(
  ...windows: readonly AsyncHistoryWindow<TItem>[]
): AsyncHistoryWindow<TItem> {
  if (windows.length === 0 || windows.some((window) => typeof window !== 'function')) {
    throw new TypeError('both takes windows, such as keepLastTurns(10).')
  }
  return (history, newItems) => {
    const withNew = (shown: TItem[]): TItem[] => [...shown, ...newItems]
    const left = windows.reduce<TItem[] | Promise<TItem[]>>((shown, window) => {
      const next = (items: TItem[]): TItem[] | Promise<TItem[]> => {
        const result = window(items, newItems)
        return Array.isArray(result) ? withoutNew(result) : result.then(withoutNew)
      }
      return Array.isArray(shown) ? next(shown) : shown.then(next)
    }, history)
    return Array.isArray(left) ? withNew(left) : left.then(withNew)

    /** A window shows the new items at the end. */
    function withoutNew(shown: TItem[]): TItem[] {
      return shown.slice(0, shown.length - newItems.length)
    }
  }
}
