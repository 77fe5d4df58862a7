import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { type AsyncHistoryWindow, type HistoryWindow, type WindowOptions, windowFrom } from './window.ts'

/**
 * As many of the newest items as fit, together with all new items and what is shown anyway (a compaction item, system messages that are
 * kept), into `budget`: tokens, characters, whatever `measure` counts. New items that alone exceed it are shown, with nothing but that.
 * @param measure - the size of one item, a finite number that is not negative, or a promise of it; asked for one item after the other, the
 * newest first, until the budget is spent
 * @throws RangeError for a budget or a size that is negative or not finite
 */
export function keepWithin<TItem extends object = AgentInputItem>(
  budget: number,
  measure: (item: TItem) => number,
  options?: WindowOptions,
): HistoryWindow<TItem>
/** The same where sizes must be waited for. */
export function keepWithin<TItem extends object = AgentInputItem>(
  budget: number,
  measure: (item: TItem) => number | Promise<number>,
  options?: WindowOptions,
): AsyncHistoryWindow<TItem>
/** Both of these. */
export function keepWithin<TItem extends object>(
  budget: number,
  measure: (item: TItem) => number | Promise<number>,
  options: WindowOptions = {},
): AsyncHistoryWindow<TItem> {
  checkSize(budget, 'budget')
  if (typeof measure !== 'function') throw new TypeError('measure must be a function of one item.')
  return windowFrom<TItem, number | Promise<number>>(options, (history, newItems, kept) =>
    answer(fit(budget, history, newItems, kept), measure),
  )
}

/** Asks for the size of one item after the other, and ends with where the window begins. */
function* fit<TItem>(
  budget: number,
  history: readonly TItem[],
  newItems: readonly TItem[],
  kept: ReadonlySet<number>,
): Generator<TItem, number, number> {
  let left = budget
  for (const item of newItems) left -= yield item
  for (const index of kept) left -= yield history[index] as TItem
  let start = history.length
  while (start > 0) {
    if (!kept.has(start - 1)) left -= yield history[start - 1] as TItem
    if (left < 0) break
    start--
  }
  return start
}

/** Answers each question, and waits only where an answer has to be waited for. */
function answer<TItem>(
  questions: Generator<TItem, number, number>,
  measure: (item: TItem) => number | Promise<number>,
  first = questions.next(),
): number | Promise<number> {
  let step = first
  while (step.done !== true) {
    const size = measure(step.value)
    if (isPending(size)) {
      return Promise.resolve(size).then((found) =>
        answer(questions, measure, questions.next(checkSize(found, answered))),
      )
    }
    step = questions.next(checkSize(size, answered))
  }
  return step.value
}

const answered = 'What measure returns'

function isPending(size: number | Promise<number>): size is Promise<number> {
  return typeof (size as { then?: unknown } | undefined)?.then === 'function'
}

function checkSize(value: number, name: string): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number.`)
  if (!(value >= 0 && value < Infinity)) throw new RangeError(`${name} must be finite and not negative, not ${value}.`)
  return value
}
