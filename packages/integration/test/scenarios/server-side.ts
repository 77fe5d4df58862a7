import { assistantMessage } from '@openai/agents/testing'
import { askWeather, scriptedAgent } from '../agents.ts'
import { inBothModes, play, type Scenario } from './scenario.ts'

const compaction = { type: 'compaction', id: 'cmp_1', encrypted_content: 'gAAAA' } as const

/** The model's server keeps the conversation, or shortens it. */
export const serverSide: Scenario[] = [
  ...[{ conversationId: 'conv_1' }, { previousResponseId: 'resp_1' }].flatMap((options) =>
    inBothModes((stream) => ({
      name: `stores nothing when the server keeps the conversation by ${Object.keys(options)}`,
      run: async (session) => {
        const agent = scriptedAgent({ turns: [[askWeather()], [assistantMessage('Cold.')]] })
        return [await play({ session, stream, agent, options })]
      },
      endings: ['answered: Cold.'],
      stored: [],
      calls: ['getItems()'],
    })),
  ),
  ...inBothModes((stream) => ({
    name: 'puts a compaction item of the model in the place of everything before it',
    run: async (session) => {
      const agent = scriptedAgent({ turns: [[askWeather()], [compaction, assistantMessage('Cold.')]] })
      return [await play({ session, stream, agent })]
    },
    endings: ['answered: Cold.'],
    replaces: true,
    stored: ['compaction gAAAA', 'assistant: Cold.'],
    // The second read is what a failed replacement would be rolled back to.
    calls: ['getItems()', 'getItems()', 'replaceHistoryWithCompaction [compaction, assistant]'],
    requiredOnly: { calls: ['getItems()', 'getItems()', 'clearSession()', 'addItems [compaction, assistant]'] },
  })),
]
