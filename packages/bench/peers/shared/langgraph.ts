import type { BaseCheckpointSaver } from '@langchain/langgraph-checkpoint'
import type { Backend, Contender, Store } from '../../src/peers/contender.ts'

interface Opened extends Pick<Store, 'settings' | 'close'> {
  saver: BaseCheckpointSaver
}

/** LangGraph on one of its checkpointers, with which only the opening differs. */
export function langGraph(name: string, backend: Backend, open: (place: string) => Promise<Opened>): Contender {
  return {
    name,
    backend,
    packages: [name, '@langchain/langgraph-checkpoint'],
    lacks: ['session row', 'expiry'],
    note: 'It keeps states of a graph, not items: each append writes the whole history again, and keeps the former.',
    async open(place) {
      const { saver, ...others } = await open(place)
      const { langGraphCalls } = await import('./langgraph-calls.ts')
      return { ...langGraphCalls(saver), ...others }
    },
  }
}
