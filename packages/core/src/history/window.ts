import { assertOptions, checkLimit } from '../call/validate.ts'
import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { selectionOf } from './selection.ts'

/**
 * What the model sees of a history and of the new input: to pass to `run(agent, input, { sessionInputCallback })`.
 * Nothing that is stored changes.
 */
export type HistoryWindow<TItem extends object = AgentInputItem> = (history: TItem[], newItems: TItem[]) => TItem[]

/** A window that may have to wait for something, such as a tokenizer elsewhere. The SDK waits for it. */
export type AsyncHistoryWindow<TItem extends object = AgentInputItem> = (
  history: TItem[],
  newItems: TItem[],
) => TItem[] | Promise<TItem[]>

/** What every window takes. */
export interface WindowOptions {
  /** Whether system messages before the window stay, in front and in their order. Default: false. */
  keepSystemMessages?: boolean
}

/**
 * Where a window should begin, as an index of the history.
 * @param kept - what is shown anyway, by its index: it needs no place in the window
 */
export type ChooseStart<TItem extends object, Start extends number | Promise<number>> = (
  history: readonly TItem[],
  newItems: readonly TItem[],
  kept: ReadonlySet<number>,
) => Start

/**
 * A window that begins where `choose` wants it, or a little later, never where a call is cut off from its result or a reasoning item from
 * what follows it. Shown beside it are the newest compaction item and what new items belong to; left out is a result whose call
 * is not shown. New items are never cut.
 */
export function windowFrom<TItem extends object, Start extends number | Promise<number> = number>(
  options: WindowOptions,
  choose: ChooseStart<TItem, Start>,
): (history: TItem[], newItems: TItem[]) => Start extends number ? TItem[] : TItem[] | Promise<TItem[]> {
  assertOptions('A history window', options, { keepSystemMessages: 'boolean' })
  const window: AsyncHistoryWindow<TItem> = (history, newItems) => {
    const selection = selectionOf(history, newItems)
    const system = history.flatMap((item, index) => (isKept(item, options) ? [index] : []))
    const pinned = new Set([...selection.pinned, ...system])
    const show = (start: number): TItem[] => {
      const shown = selection.from(start, pinned).map((index) => history[index] as TItem)
      return [...shown, ...newItems]
    }
    const start = choose(history, newItems, pinned)
    return typeof start === 'number' ? show(start) : start.then(show)
  }
  return window as HistoryWindow<TItem>
}

function isKept(item: object, { keepSystemMessages }: WindowOptions): boolean {
  return keepSystemMessages === true && (item as { role?: unknown }).role === 'system'
}

/** @throws RangeError unless it is a non-negative integer, TypeError for no number */
export function checkCount(n: unknown): number {
  const count = checkLimit(n, 'n')
  if (count === undefined) throw new TypeError('n must be a number, not undefined.')
  if (count < 0) throw new RangeError(`n must not be negative, not ${count}.`)
  return count
}
