// How the examples print a conversation: one line an item, with colours where the output is a terminal.
import { styleText } from 'node:util'
import type { AgentInputItem } from '@openai/agents'
import { textOf } from './offline-model.ts'

/** An item without a text, such as a model's hidden reasoning, is left out. */
export function printItem(item: AgentInputItem): void {
  const [label, colour, text] = describe(item)
  if (text !== '') console.log(`  ${styleText(colour, label.padEnd(10))} ${text.replaceAll(/\s+/g, ' ')}`)
}

export function printNote(text: string): void {
  console.log(styleText('dim', text))
}

function describe(item: AgentInputItem): [label: string, colour: 'cyan' | 'green' | 'yellow' | 'dim', text: string] {
  if (item.type === 'function_call') return ['tool call', 'yellow', `${item.name}(${item.arguments})`]
  if (item.type === 'function_call_result') return ['result', 'yellow', textOf(item)]
  if ('role' in item) return [item.role, item.role === 'user' ? 'cyan' : 'green', textOf(item)]
  return [item.type ?? 'item', 'dim', textOf(item)]
}
