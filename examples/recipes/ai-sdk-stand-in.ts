// A model of Vercel's AI SDK that answers from what it is shown, so that the recipe runs without a key and without a network.
import { simulateReadableStream } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'

/** It counts its answers, so that one that was asked for again differs. */
export function standIn(): MockLanguageModelV4 {
  let answers = 0
  return new MockLanguageModelV4({
    doStream: async ({ prompt }) => {
      const said = prompt.flatMap(({ role, content }) => (role === 'user' ? content : []))
      const text = said.map((part) => (part.type === 'text' ? part.text : part.type)).join(' ')
      const words = `Answer ${++answers}. You said: ${text}`.split(/(?<= )/)
      const id = 'text'
      const deltas = words.map((delta) => ({ type: 'text-delta', id, delta }) as const)
      const finish = { type: 'finish', finishReason: { unified: 'stop', raw: undefined }, usage } as const
      const chunks = [{ type: 'text-start', id } as const, ...deltas, { type: 'text-end', id } as const, finish]
      return { stream: simulateReadableStream({ chunks, initialDelayInMs: null, chunkDelayInMs: 10 }) }
    },
  })
}

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: 1, reasoning: undefined },
}
