import type { Outline, PageEntry, Prices, Tokens, Usage } from '../src/shared/api.ts'
import { count } from './format.ts'

/** What a turn has cost. */
export type TurnTokens = Usage['turns'][number]

/**
 * What each of the turns of a stretch has cost, by the id of its first entry. A run says when it ended, not which turn it was: where
 * there are as many runs as turns they go together, else a run belongs to the last turn that had begun.
 */
export function tokensByTurn(
  usage: Usage | undefined,
  outline: Outline | undefined,
  entries: readonly PageEntry[],
): ReadonlyMap<string, Tokens> {
  const found = new Map<string, Tokens>()
  if (usage === undefined || outline === undefined) return found
  const { turns } = outline
  if (usage.turns.length === turns.length) {
    for (const [index, turn] of turns.entries()) found.set(turn, usage.turns[index] as TurnTokens)
    return found
  }
  const isTurn = new Set(turns)
  const starts = entries.filter(({ id, createdAt }) => createdAt !== undefined && isTurn.has(id))
  for (const [index, { id, createdAt = '' }] of starts.entries()) {
    const next = starts[index + 1]?.createdAt
    // Of the last turn of a stretch the end is known only where it is the last of all.
    if (next === undefined && id !== turns.at(-1)) continue
    const own = usage.turns.filter(({ at }) => isWithin(at, createdAt, next))
    if (own.length > 0) found.set(id, own.reduce(plus, none))
  }
  return found
}

function isWithin(at: string, from: string, to: string | undefined): boolean {
  const time = Date.parse(at)
  return time >= Date.parse(from) && (to === undefined || time < Date.parse(to))
}

const none: Tokens = { requests: 0, inputTokens: 0, outputTokens: 0 }

function plus(one: Tokens, other: Tokens): Tokens {
  return {
    requests: one.requests + other.requests,
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    cachedTokens: (one.cachedTokens ?? 0) + (other.cachedTokens ?? 0),
    reasoningTokens: (one.reasoningTokens ?? 0) + (other.reasoningTokens ?? 0),
  }
}

/** `1,234 tokens: 1,000 in, 234 out (100 reasoning)`. */
export function tokensText(tokens: Tokens): string {
  const { inputTokens, outputTokens, cachedTokens = 0, reasoningTokens = 0 } = tokens
  const part = (number: number, what: string): string => (number > 0 ? ` (${count(number)} ${what})` : '')
  const input = `${count(inputTokens)} in${part(cachedTokens, 'cached')}`
  const output = `${count(outputTokens)} out${part(reasoningTokens, 'reasoning')}`
  return `${count(inputTokens + outputTokens)} tokens: ${input}, ${output}`
}

/** What the tokens of each model cost; `undefined` where there are no prices, or not for one of them. */
export function moneyText(
  models: Readonly<Record<string, Tokens>> | undefined,
  prices: Prices | undefined,
): string | undefined {
  if (models === undefined || prices === undefined) return undefined
  let sum = 0
  for (const [model, { inputTokens, outputTokens, cachedTokens = 0 }] of Object.entries(models)) {
    const price = prices.models[model]
    if (price === undefined) return undefined
    const { input, output, cached = input } = price
    sum += ((inputTokens - cachedTokens) * input + cachedTokens * cached + outputTokens * output) / 1_000_000
  }
  return `${sum.toFixed(4)} ${prices.currency}`
}
