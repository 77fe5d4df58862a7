import { assertOptions, checkLimit } from '../call/validate.ts'
import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { safeStart } from './safe-start.ts'

/**
 * What the model sees of a history and of the new input: to pass to `run(agent, input, { sessionInputCallback })`.
 * Nothing that is stored changes.
 */
export type HistoryWindow<TItem extends object = AgentInputItem> = (history: TItem[], newItems: TItem[]) => TItem[]

/** What every window takes. */
export interface WindowOptions {
  /** Whether system messages before the window stay, in front and in their order. Default: false. */
  keepSystemMessages?: boolean
}

/**
 * A window that begins near where `choose` wants it, never where a call is cut off from its result or a reasoning item from
 * the item it belongs to: then a little later, or, if the new items need it, a little earlier. New items are never cut.
 */
export function windowFrom<TItem extends object>(
  options: WindowOptions,
  choose: (history: TItem[], newItems: TItem[]) => number,
): HistoryWindow<TItem> {
  assertOptions('A history window', options, { keepSystemMessages: 'boolean' })
  return (history, newItems) => {
    const start = safeStart(history, newItems, choose(history, newItems))
    const system = options.keepSystemMessages === true ? history.slice(0, start).filter(isSystemMessage) : []
    return [...system, ...history.slice(start), ...newItems]
  }
}

export function isSystemMessage(item: object): boolean {
  return (item as { role?: unknown }).role === 'system'
}

/** @throws RangeError unless it is a non-negative integer, TypeError for no number */
export function checkCount(n: unknown): number {
  const count = checkLimit(n, 'n')
  if (count === undefined) throw new TypeError('n must be a number, not undefined.')
  if (count < 0) throw new RangeError(`n must not be negative, not ${count}.`)
  return count
}
