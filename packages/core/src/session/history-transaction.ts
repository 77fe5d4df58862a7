import { describe } from '../call/describe.ts'
import { assertId } from '../call/validate.ts'
import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { assertItem, assertItems } from '../codec/plain-data.ts'

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
  type: HistoryTransaction['type']
  expected: readonly TItem[]
  replacement: readonly TItem[]
}

/** @throws TypeError for a blank id or a bad shape; SESSION_ITEM_INVALID for an item that cannot be stored */
export function checkTransaction<TItem extends object>(args: HistoryTransactionArgs<TItem>): SuffixChange<TItem> {
  assertFields(args, 'A history transaction', ['operationId', 'transaction'])
  assertId(args.operationId, 'operationId')
  if (args.operationId.trim() === '') throw new TypeError('operationId must not be blank.')
  const { transaction } = args
  assertObject(transaction, 'transaction')
  switch (transaction.type) {
    case 'append_items':
      assertFields(transaction, 'transaction', ['type', 'items'])
      assertItems(transaction.items, 'transaction.items')
      return { type: 'append_items', expected: [], replacement: transaction.items }
    case 'replace_suffix':
      assertFields(transaction, 'transaction', ['type', 'expectedSuffix', 'replacement'])
      assertItems(transaction.expectedSuffix, 'transaction.expectedSuffix')
      assertItems(transaction.replacement, 'transaction.replacement')
      return { type: 'replace_suffix', expected: transaction.expectedSuffix, replacement: transaction.replacement }
    default:
      throw new TypeError("transaction.type must be 'append_items' or 'replace_suffix'.")
  }
}

/** @throws TypeError for a bad shape; SESSION_ITEM_INVALID for a replacement that cannot be stored */
export function checkMutations<TItem extends object>(args: {
  mutations: readonly HistoryMutation<TItem>[]
}): readonly HistoryMutation<TItem>[] {
  assertFields(args, 'A list of history mutations', ['mutations'])
  if (!Array.isArray(args.mutations))
    throw new TypeError(`mutations must be an array, not ${describe(args.mutations)}.`)
  for (const [index, mutation] of args.mutations.entries()) {
    const name = `mutations[${index}]`
    assertFields(mutation, name, ['type', 'callId', 'replacement'])
    if (mutation.type !== 'replace_function_call') throw new TypeError(`${name}.type must be 'replace_function_call'.`)
    if (typeof mutation.callId !== 'string') throw new TypeError(`${name}.callId must be a string.`)
    assertItem(mutation.replacement, `${name}.replacement`)
  }
  return args.mutations
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

function assertFields(value: unknown, name: string, fields: readonly string[]): void {
  assertObject(value, name)
  const missing = fields.find((field) => !Object.hasOwn(value, field))
  if (missing !== undefined) throw new TypeError(`${name} needs ${missing}.`)
  const unknown = Object.keys(value).find((key) => !fields.includes(key))
  if (unknown !== undefined) throw new TypeError(`${name} has no field ${JSON.stringify(unknown)}.`)
}

function assertObject(value: unknown, name: string): asserts value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be an object, not ${describe(value)}.`)
  }
}
