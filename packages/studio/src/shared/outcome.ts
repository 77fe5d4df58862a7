/** How a call of a tool ended. */
export type Outcome = 'done' | 'failed' | 'refused'

/** By their texts alone does the SDK tell these results from others: its defaults, in TypeScript and in Python. */
const failed = 'An error occurred while running the tool.'
const refused = 'Tool execution was not approved.'

type Fields = Readonly<Record<string, unknown>>

/** Of the item with a result. */
export function outcomeOf(result: Fields): Outcome {
  const text = firstText(result.output)
  if (text?.startsWith(refused)) return 'refused'
  return text?.startsWith(failed) ? 'failed' : 'done'
}

/** The agent that a call or its result hands over to, by the names that the SDK gives its tools. */
export function handoffTo(name: unknown): string | undefined {
  return typeof name === 'string' ? /^transfer_to_(.+)$/.exec(name)?.[1] : undefined
}

/** Whether a call of such a type is answered by an item of its own: what a provider runs itself holds its result. */
export function isAnswered(type: unknown): boolean {
  return type === 'function_call' || type === 'computer_call' || type === 'shell_call' || type === 'apply_patch_call'
}

function firstText(output: unknown): string | undefined {
  if (typeof output === 'string') return output
  if (Array.isArray(output)) return firstText(output[0])
  if (typeof output !== 'object' || output === null) return undefined
  const { text, $cut } = output as Fields
  return firstText(text ?? $cut)
}
