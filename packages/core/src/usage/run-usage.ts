/** What some requests to models have cost, in tokens. */
export interface TokenUsage {
  requests: number
  inputTokens: number
  outputTokens: number
  /** Of the input, what the provider had in its cache. */
  cachedTokens: number
  /** Of the output, what the model reasoned with. */
  reasoningTokens: number
}

/** The same for each agent, by its name, and for each model; `unknown` where a request cannot be told. */
export interface DetailedUsage extends TokenUsage {
  agents: Record<string, TokenUsage>
  models: Record<string, TokenUsage>
}

/** What the SDK counts, of a run or of one response, by shape. */
interface CountedUsage {
  requests: number
  inputTokens: number
  outputTokens: number
  inputTokensDetails?: Details
  outputTokensDetails?: Details
}

type Details = Record<string, number> | readonly Record<string, number>[] | undefined

/** What is needed of the result of a run, whole, streamed or interrupted, by shape. */
export interface RunUsageSource {
  /** The total of the run, cumulative over its resumptions. */
  readonly state: { readonly usage: CountedUsage }
  readonly newItems: readonly { readonly rawItem?: unknown; readonly agent?: { readonly name?: unknown } }[]
  readonly rawResponses: readonly {
    readonly usage: CountedUsage
    readonly output: readonly unknown[]
    readonly providerData?: Record<string, unknown>
  }[]
  /** Of a streamed run: settles when it has ended. */
  readonly completed?: Promise<unknown>
}

const fields = ['requests', 'inputTokens', 'outputTokens', 'cachedTokens', 'reasoningTokens'] as const

export const none: TokenUsage = { requests: 0, inputTokens: 0, outputTokens: 0, cachedTokens: 0, reasoningTokens: 0 }

/**
 * The usage of a run. The total is the SDK's, which counts what agents used as tools and compactions have cost too; what no response of the
 * run accounts for is `unknown`.
 */
export function usageOfRun({ state, newItems, rawResponses }: RunUsageSource): DetailedUsage {
  const total = counted(state.usage)
  const [agents, models] = [new Map<string, TokenUsage>(), new Map<string, TokenUsage>()]
  const agentOf = agentsByItem(newItems)
  let known = none
  for (const { usage, output, providerData } of rawResponses) {
    const own = counted(usage)
    known = plus(known, own)
    count(
      agents,
      output.map(agentOf).find((name) => name !== undefined),
      own,
    )
    count(models, providerData?.model, own)
  }
  const rest = plus(total, known, -1)
  if (fields.some((field) => rest[field] !== 0)) for (const counts of [agents, models]) count(counts, undefined, rest)
  return { ...total, agents: Object.fromEntries(agents), models: Object.fromEntries(models) }
}

/** `times` is -1 to subtract. */
export function plus(one: TokenUsage, other: TokenUsage, times = 1): TokenUsage {
  const sums = fields.map((field) => [field, one[field] + times * other[field]])
  return Object.fromEntries(sums) as unknown as TokenUsage
}

/** The numbers alone, in the order in which they are kept. */
export function numbersOf(usage: TokenUsage): number[] {
  return fields.map((field) => usage[field])
}

/** The reverse. */
export function fromNumbers(numbers: readonly number[]): TokenUsage {
  return Object.fromEntries(fields.map((field, index) => [field, numbers[index] ?? 0])) as unknown as TokenUsage
}

function count(counts: Map<string, TokenUsage>, name: unknown, usage: TokenUsage): void {
  const key = typeof name === 'string' && name !== '' ? name : 'unknown'
  counts.set(key, plus(counts.get(key) ?? none, usage))
}

function counted(usage: CountedUsage): TokenUsage {
  return {
    requests: usage.requests,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cachedTokens: detail(usage.inputTokensDetails, 'cached_tokens'),
    reasoningTokens: detail(usage.outputTokensDetails, 'reasoning_tokens'),
  }
}

/** The SDK keeps the details of each request as the provider named them. */
function detail(details: Details, name: string): number {
  const list = details === undefined ? [] : Array.isArray(details) ? details : [details]
  return list.reduce((sum: number, entry: Record<string, number>) => sum + (entry[name] ?? 0), 0)
}

/** By identity; after a resumption, when state and responses were read back one by one, by what an item says. */
function agentsByItem(newItems: RunUsageSource['newItems']): (item: unknown) => string | undefined {
  const names = new Map<unknown, string>()
  for (const { rawItem, agent } of newItems) {
    if (rawItem === undefined || typeof agent?.name !== 'string') continue
    names.set(rawItem, agent.name)
    names.set(JSON.stringify(rawItem), agent.name)
  }
  return (item) => names.get(item) ?? names.get(JSON.stringify(item))
}
