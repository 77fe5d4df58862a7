import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { type HistoryWindow, isSystemMessage, type WindowOptions, windowFrom } from './window.ts'

/**
 * As many of the newest items as fit, together with all new items and the system messages that are kept, into `budget`:
 * tokens, characters, whatever `measure` counts. New items that alone exceed it are kept, with no history.
 * @param measure - the size of one item, a finite number that is not negative
 * @throws RangeError for a budget or a size that is negative or not finite
 */
export function keepWithin<TItem extends object = AgentInputItem>(
  budget: number,
  measure: (item: TItem) => number,
  options: WindowOptions = {},
): HistoryWindow<TItem> {
  assertSize(budget, 'budget')
  if (typeof measure !== 'function') throw new TypeError('measure must be a function of one item.')
  const size = (item: TItem): number => {
    const measured = measure(item)
    assertSize(measured, 'What measure returns')
    return measured
  }
  const total = (items: TItem[]): number => items.reduce((sum, item) => sum + size(item), 0)
  return windowFrom<TItem>(options, (history, newItems) => {
    const isKeptAnyway = (item: TItem): boolean => options.keepSystemMessages === true && isSystemMessage(item)
    let left = budget - total(newItems) - total(history.filter(isKeptAnyway))
    let start = history.length
    for (const item of history.toReversed()) {
      if (!isKeptAnyway(item)) left -= size(item)
      if (left < 0) break
      start--
    }
    return start
  })
}

function assertSize(value: number, name: string): void {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number.`)
  if (!(value >= 0 && value < Infinity)) throw new RangeError(`${name} must be finite and not negative, not ${value}.`)
}
