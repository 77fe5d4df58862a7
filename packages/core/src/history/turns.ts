/**
 * Where turns begin: at each user message that follows no other user message. A turn is a user message, or several in a row, with
 * everything that answers it.
 */
export function turnStarts(items: readonly object[]): number[] {
  return items.flatMap((item, index) => (isUser(item) && !isUser(items[index - 1]) ? [index] : []))
}

/** The turns of a history, oldest first. What precedes the first user message belongs to no turn. */
export function turnsOf<TItem extends object>(items: readonly TItem[]): TItem[][] {
  const starts = turnStarts(items)
  return starts.map((start, index) => items.slice(start, starts[index + 1]))
}

export function isUser(item: object | undefined): boolean {
  return (item as { role?: unknown } | undefined)?.role === 'user'
}
