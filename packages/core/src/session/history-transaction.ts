import { describe } from '../call/describe.ts'
import { assertId } from '../call/validate.ts'
import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { takeItem, takeItems } from '../codec/plain-data.ts'

/** Appends `items` once, however often it is sent. */
export interface AppendItems<TItem extends object = AgentInputItem> {
  type: 'append_items'
  items: readonly TItem[]
}

/** Replaces the newest items, if they are still `expectedSuffix`; compared structurally, in any key order. */
export interface ReplaceSuffix<TItem extends object = AgentInputItem> {
  type: 'replace_suffix'
  expectedSuffix: readonly TItem[]
  replacement: readonly TItem[]
}

/** What `applyHistoryTransaction` applies, atomically and once. */
export type HistoryTransaction<TItem extends object = AgentInputItem> = AppendItems<TItem> | ReplaceSuffix<TItem>

/** The same id stays with a transaction when it is sent again. */
export interface HistoryTransactionArgs<TItem extends object = AgentInputItem> {
  operationId: string
  transaction: HistoryTransaction<TItem>
}

/** Puts `replacement` in the place of the first function call with this id and removes any further ones. */
export interface HistoryMutation<TItem extends object = AgentInputItem> {
  type: 'replace_function_call'
  callId: string
  replacement: TItem
}

/** What a transaction comes down to: the same for both types. */
export interface SuffixChange<TItem extends object> {
  operationId: string
  type: HistoryTransaction['type']
  expected: readonly TItem[]
  replacement: readonly TItem[]
}

/** A copy. @throws TypeError for a blank id or a bad shape; SESSION_ITEM_INVALID for an item that cannot be stored */
export function checkTransaction<TItem extends object>(args: HistoryTransactionArgs<TItem>): SuffixChange<TItem> {
  const { operationId, transaction } = takeFields(args, 'A history transaction', ['operationId', 'transaction'])
  assertId(operationId, 'operationId')
  if (operationId.trim() === '') throw new TypeError('operationId must not be blank.')
  const given = takeObject(transaction, 'transaction')
  switch (given.type) {
    case 'append_items': {
      const { items } = takeFields(given, 'transaction', ['type', 'items'])
      return { operationId, type: 'append_items', expected: [], replacement: takeItems(items, 'transaction.items') }
    }
    case 'replace_suffix': {
      const fields = takeFields(given, 'transaction', ['type', 'expectedSuffix', 'replacement'])
      const expected = takeItems(fields.expectedSuffix, 'transaction.expectedSuffix')
      const replacement = takeItems(fields.replacement, 'transaction.replacement')
      return { operationId, type: 'replace_suffix', expected, replacement }
    }
    default:
      throw new TypeError("transaction.type must be 'append_items' or 'replace_suffix'.")
  }
}

/** A copy. @throws TypeError for a bad shape; SESSION_ITEM_INVALID for a replacement that cannot be stored */
export function checkMutations<TItem extends object>(args: {
  mutations: readonly HistoryMutation<TItem>[]
}): HistoryMutation<TItem>[] {
  const { mutations } = takeFields(args, 'A list of history mutations', ['mutations'])
  if (!Array.isArray(mutations)) throw new TypeError(`mutations must be an array, not ${describe(mutations)}.`)
  return Array.from(mutations, (given: HistoryMutation<TItem>, index) => {
    const name = `mutations[${index}]`
    const { type, callId, replacement } = takeFields(given, name, ['type', 'callId', 'replacement'])
    if (type !== 'replace_function_call') throw new TypeError(`${name}.type must be 'replace_function_call'.`)
    if (typeof callId !== 'string') throw new TypeError(`${name}.callId must be a string.`)
    return { type, callId, replacement: takeItem(replacement, `${name}.replacement`) }
  })
}

/** The items after all mutations; those that stay are the very same objects. */
export function applyMutations<TItem extends object>(
  items: readonly TItem[],
  mutations: readonly HistoryMutation<TItem>[],
): readonly TItem[] {
  return mutations.reduce<readonly TItem[]>((current, { callId, replacement }) => {
    const first = current.findIndex((item) => isFunctionCall(item, callId))
    return current.flatMap((item, index) => {
      if (!isFunctionCall(item, callId)) return [item]
      return index === first ? [replacement] : []
    })
  }, items)
}

function isFunctionCall(item: object, callId: string): boolean {
  const { type, callId: id } = item as { type?: unknown; callId?: unknown }
  return type === 'function_call' && id === callId
}

/** A copy with just these fields, each read once. */
function takeFields<T extends object>(value: T, name: string, fields: readonly (keyof T & string)[]): T {
  const taken = takeObject(value, name)
  const missing = fields.find((field) => !Object.hasOwn(taken, field))
  if (missing !== undefined) throw new TypeError(`${name} needs ${missing}.`)
  const unknown = Object.keys(taken).find((key) => !(fields as readonly string[]).includes(key))
  if (unknown !== undefined) throw new TypeError(`${name} has no field ${JSON.stringify(unknown)}.`)
  return taken
}

/** What a getter throws may quote what it reads, so nothing of it is passed on. */
function takeObject<T>(value: T, name: string): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be an object, not ${describe(value)}.`)
  }
  try {
    return { ...value }
  } catch {
    throw new TypeError(`${name} throws an error when it is read.`)
  }
}
