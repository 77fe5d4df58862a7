import type { AgentInputItem } from '../codec/agent-input-item.ts'

/**
 * The turns of a history, oldest first: what the user said, several messages in a row together, and everything until the user speaks
 * again. What precedes the first user message belongs to no turn.
 */
export function turnsOf<TItem extends object = AgentInputItem>(items: readonly TItem[]): TItem[][] {
  const starts = turnStarts(items)
  return starts.map((start, index) => items.slice(start, starts[index + 1]))
}

/** Where turns begin. */
export function turnStarts(items: readonly object[]): number[] {
  return items.flatMap((item, index) => (isUser(item) && !isUser(items[index - 1]) ? [index] : []))
}

function isUser(item: object | undefined): boolean {
  return (item as { role?: unknown } | undefined)?.role === 'user'
}
