import { Runner } from '@openai/agents'
import { assistantMessage, modelResponder, ScriptedModel } from '@openai/agents/testing'

/** Without a key, a stand-in says what it was shown. */
export function runner(): Runner {
  if (process.env.OPENAI_API_KEY) return new Runner()
  const model = new ScriptedModel()
  const step = modelResponder(({ request: { input } }) => {
    model.enqueue(step) // a step serves one call
    const said =
      typeof input === 'string'
        ? [input]
        : input.map((item) => ('role' in item && item.role === 'user' ? item.content : []))
    return [
      assistantMessage(
        `You said: ${said
          .flat()
          .map((part) => (typeof part === 'string' ? part : 'text' in part ? part.text : ''))
          .join(' ')}`,
      ),
    ]
  })
  model.enqueue(step)
  return new Runner({ model, tracingDisabled: true })
}
