import type { CompactHistoryOptions } from '../../src/history.ts'
import type { SessionStore, StoredSession } from '../../src/index.ts'

export interface Item {
  role?: string
  content?: string
  type?: string
  callId?: string
}

export const user = (content: string): Item => ({ role: 'user', content })
const answer = (content: string): Item => ({ role: 'assistant', content })
export const turn = (name: string): Item[] => [user(`${name}?`), answer(`${name}.`)]
export const summary: Item = { role: 'assistant', content: 'summary' }

export function options(given: Partial<CompactHistoryOptions<Item>> = {}): CompactHistoryOptions<Item> {
  return { when: () => true, keepTurns: 1, summarize: () => [summary], ...given }
}

export async function sessionOf(store: SessionStore, ...turns: Item[][]): Promise<StoredSession<Item>> {
  const session = store.session<Item>('s')
  await session.addItems(turns.flat())
  return session
}
