import { correlate, isInput, isResult } from './correlate.ts'

/** Two items of which the second must not be shown without the first. */
export interface Link {
  from: number
  to: number
  /** The user spoke in between: an approval that came late, say. */
  isLate: boolean
}

/**
 * What belongs together: a result to its call, and what a model put out after a reasoning item to that. The model's API refuses a
 * result without its call, a reasoning item without what follows it, and, with reasoning models, a call without its reasoning.
 */
export function linksOf(items: readonly object[]): Link[] {
  const turns = items.map(turnCounter())
  const answers = correlate(items).map(([from, to]) => ({ from, to, isLate: turns[from] !== turns[to] }))
  return [...answers, ...reasoningLinks(items)]
}

function turnCounter(): (item: object) => number {
  let turn = 0
  return (item) => {
    if ((item as { role?: unknown }).role === 'user') turn++
    return turn
  }
}

/** From a reasoning item on, each output of the model to the one before it. */
function reasoningLinks(items: readonly object[]): Link[] {
  const links: Link[] = []
  let isReasoned = false
  for (const [index, item] of items.entries()) {
    const isReasoning = (item as { type?: unknown }).type === 'reasoning'
    isReasoned &&= !isInput(item) && !isResult(item)
    if (isReasoned && !isReasoning) links.push({ from: index - 1, to: index, isLate: false })
    isReasoned ||= isReasoning
  }
  return links
}
