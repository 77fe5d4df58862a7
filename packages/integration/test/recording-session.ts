import type { AgentInputItem, Session, SessionHistoryTransaction, SessionHistoryTransactionArgs } from '@openai/agents'
import { kindOf } from './history.ts'

/**
 * The session itself, with every call to it written down before it is passed on. Methods that the session lacks stay
 * absent, since the runner goes by their presence. `getSessionId` is left out: it touches no history.
 */
export function recordCalls(session: Session): { session: Session; calls: string[] } {
  const calls: string[] = []
  const recording = new Proxy(session, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property)
      if (typeof value !== 'function') return value
      return (...args: unknown[]): unknown => {
        if (property !== 'getSessionId') calls.push(describeCall(String(property), args))
        return value.apply(target, args)
      }
    },
  })
  return { session: recording, calls }
}

function describeCall(method: string, args: unknown[]): string {
  switch (method) {
    case 'addItems':
    case 'replaceHistoryWithCompaction':
      return `${method} ${kinds(args[0] as AgentInputItem[])}`
    case 'applyHistoryTransaction':
      return `${method} ${describeTransaction((args[0] as SessionHistoryTransactionArgs).transaction)}`
    default:
      return `${method}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`
  }
}

function describeTransaction(transaction: SessionHistoryTransaction): string {
  if (transaction.type === 'append_items') return `append_items ${kinds(transaction.items)}`
  return `replace_suffix ${kinds(transaction.expectedSuffix)} with ${kinds(transaction.replacement)}`
}

function kinds(items: readonly AgentInputItem[]): string {
  return `[${items.map(kindOf).join(', ')}]`
}
