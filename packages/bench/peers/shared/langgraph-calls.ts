import type { BaseMessage } from '@langchain/core/messages'
import { type BaseCheckpointSaver, emptyCheckpoint, uuid6 } from '@langchain/langgraph-checkpoint'
import type { Item } from '../../src/peers/contender.ts'
import { fromMessages, toMessages } from './langchain-messages.ts'

/** What a graph with a channel of messages does at each step: it reads the state, and writes it again with what is new. */
export function langGraphCalls(saver: BaseCheckpointSaver) {
  const configOf = (sessionId: string) => ({ configurable: { thread_id: sessionId, checkpoint_ns: '' } })
  const stateOf = async (sessionId: string) => {
    const tuple = await saver.getTuple(configOf(sessionId))
    return { tuple, messages: (tuple?.checkpoint.channel_values.messages ?? []) as BaseMessage[] }
  }
  return {
    async append(sessionId: string, items: readonly Item[]) {
      const { tuple, messages } = await stateOf(sessionId)
      const version = Number(tuple?.checkpoint.channel_versions.messages ?? 0) + 1
      const checkpoint = {
        ...emptyCheckpoint(),
        id: uuid6(-1),
        channel_values: { messages: [...messages, ...toMessages(items)] },
        channel_versions: { messages: version },
      }
      const metadata = { source: 'loop', step: version, parents: {} } as const
      await saver.put(tuple?.config ?? configOf(sessionId), checkpoint, metadata, { messages: version })
    },
    all: async (sessionId: string) => fromMessages((await stateOf(sessionId)).messages),
  }
}
