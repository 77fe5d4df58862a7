import { describe } from '../call/describe.ts'
import { checkInteger } from '../call/validate.ts'

/** When a history is to be compacted: exactly one of these, `measure` with `maxTokens`. */
export interface DueOptions<TItem extends object> {
  /** Asked with all items, oldest first. */
  when?: (items: readonly TItem[]) => boolean | Promise<boolean>
  /** When there are more items than that. */
  maxItems?: number
  /** When what `measure` makes of all items is more than that. */
  maxTokens?: number
  /** The size of one item: a finite number that is not negative, or a promise of it. */
  measure?: (item: TItem) => number | Promise<number>
}

/** Whether it is time. Throws what the caller's functions throw. */
export type Due<TItem> = (items: readonly TItem[]) => boolean | Promise<boolean>

/** @throws TypeError or RangeError that names the option */
export function checkDue<TItem extends object>(owner: string, options: DueOptions<TItem>): Due<TItem> {
  const { when, maxItems, maxTokens, measure } = options
  const given = [when, maxItems, maxTokens].filter((condition) => condition !== undefined)
  if (given.length !== 1) throw new TypeError(`${owner} takes one of when, maxItems and maxTokens.`)
  if ((maxTokens === undefined) !== (measure === undefined)) {
    throw new TypeError(`${owner} takes maxTokens and measure together.`)
  }
  if (when !== undefined) return whenFunction(owner, when)
  if (maxItems !== undefined) {
    checkInteger('maxItems', maxItems, 0)
    return (items) => items.length > maxItems
  }
  if (typeof measure !== 'function') throw new TypeError('measure must be a function of one item.')
  checkSize(maxTokens, 'maxTokens')
  return (items) => exceeds(items, measure, maxTokens as number)
}

function whenFunction<TItem extends object>(owner: string, when: Due<TItem>): Due<TItem> {
  if (typeof when !== 'function') throw new TypeError(`${owner}: when must be a function of the items.`)
  return async (items) => {
    const due: unknown = await when(items)
    if (typeof due !== 'boolean') throw new TypeError(`What when returns must be a boolean, not ${describe(due)}.`)
    return due
  }
}

/** Measures no more items than it takes to know. */
async function exceeds<TItem>(
  items: readonly TItem[],
  measure: (item: TItem) => number | Promise<number>,
  most: number,
): Promise<boolean> {
  let sum = 0
  for (const item of items) {
    const size = await measure(item)
    checkSize(size, 'What measure returns')
    sum += size
    if (sum > most) return true
  }
  return false
}

function checkSize(value: unknown, name: string): void {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, not ${describe(value)}.`)
  if (!(value >= 0 && value < Infinity)) throw new RangeError(`${name} must be finite and not negative, not ${value}.`)
}
