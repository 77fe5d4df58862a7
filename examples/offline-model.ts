// A model that answers by a function, so that the examples run without a key and without a network.
// Your program does not need it: `new Runner()` asks the model that the agent names, or the SDK's default.
import { randomUUID } from 'node:crypto'
import type { AgentInputItem } from '@openai/agents'
import { assistantMessage, functionCall, modelResponder, ScriptedModel } from '@openai/agents/testing'

/** A text, or the call of a tool. */
export type Answer = string | { tool: string; arguments: Record<string, unknown> }

/** `answer` is shown what a model is shown: the history of the session, then the new input, and nothing else. */
export function offlineModel(answer: (shown: readonly AgentInputItem[]) => Answer): ScriptedModel {
  const model = new ScriptedModel()
  const step = modelResponder(({ request: { input } }) => {
    model.enqueue(step) // a step serves one call
    const given = answer(typeof input === 'string' ? [{ role: 'user', content: input }] : input)
    if (typeof given === 'string') return [assistantMessage(given)]
    return [functionCall(given.tool, given.arguments, { callId: randomUUID() })]
  })
  model.enqueue(step)
  return model
}

/** The text of an item, wherever items of its type keep it. */
export function textOf(item: AgentInputItem | undefined): string {
  if (item === undefined) return ''
  if ('arguments' in item) return textIn(item.arguments)
  if ('output' in item) return textIn(item.output)
  return 'content' in item ? textIn(item.content) : ''
}

function textIn(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(textIn).join('')
  return (value as { text?: string } | undefined)?.text ?? ''
}

/** What the user said, oldest first. */
export function userTexts(items: readonly AgentInputItem[]): string[] {
  return items.filter((item) => 'role' in item && item.role === 'user').map(textOf)
}
