import type { AgentInputItem } from '@openai/agents'

/** What every scenario finds stored, so that «nothing was stored» shows as these two and not as an empty list. */
export const startingHistory: AgentInputItem[] = [
  { type: 'message', role: 'user', content: 'Hello' },
  { type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Hi' }] },
]

/** The JSON of items, key order included and one value a line for readable differences; `undefined` vanishes. */
export function toText(items: readonly AgentInputItem[]): string {
  return JSON.stringify(items, null, 2)
}

/** What an item is, in one word. */
export function kindOf(item: AgentInputItem): string {
  if ('role' in item) return item.role
  if (item.type === 'function_call') return 'call'
  if (item.type === 'function_call_result') return 'result'
  return item.type ?? 'unknown'
}

/** What an item is and says, in one line. */
export function describeItem(item: AgentInputItem): string {
  switch (item.type) {
    case 'function_call':
      return `call ${item.callId}: ${item.name} ${item.arguments}`
    case 'function_call_result':
      return `result ${item.callId}: ${textOf(item.output)}`
    case 'reasoning':
      return `reasoning ${item.id}`
    case 'compaction':
      return `compaction ${item.encrypted_content}`
    default:
      return `${kindOf(item)}: ${textOf('content' in item ? item.content : undefined)}`
  }
}

/** Text stands for itself; an image for its type and URL. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (Array.isArray(content)) return content.map(textOf).join(' ')
  const { type, text, image } = content as { type?: unknown; text?: unknown; image?: unknown }
  return typeof text === 'string' ? text : `${type} ${image}`
}
