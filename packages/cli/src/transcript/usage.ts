import { countText } from '../output/humane.ts'

/** What a conversation has cost, where `metadata.usage` is what `addUsage` keeps there. */
export function usageLine(usage: unknown): string | undefined {
  const found = (typeof usage === 'object' ? usage : null) as Readonly<Record<string, unknown>> | null
  const { requests, inputTokens, outputTokens, cachedTokens, reasoningTokens } = found ?? {}
  if (typeof requests !== 'number' || typeof inputTokens !== 'number' || typeof outputTokens !== 'number')
    return undefined
  const part = (count: unknown, what: string): string =>
    typeof count === 'number' && count > 0 ? ` (${countText(count)} ${what})` : ''
  const input = `${countText(inputTokens)} tokens in${part(cachedTokens, 'cached')}`
  const output = `${countText(outputTokens)} out${part(reasoningTokens, 'reasoning')}`
  return `usage ${countText(requests)} requests, ${input}, ${output}`
}
