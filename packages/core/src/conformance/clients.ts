import { SessionError } from '../errors/session-error.ts'
import type { StoredSession } from '../session/stored-session.ts'
import { message } from './fixtures.ts'
import type { Item, ItemSession } from './item.ts'
import type { Client, Rewrite } from './linearizability.ts'

/** A session that may be able to replace its history. */
export type Replaceable = ItemSession &
  Partial<Pick<StoredSession<Item>, 'replaceHistoryWithCompaction' | 'page' | 'rewind' | 'replaceItems'>>

/** In which ways it can. */
export async function rewritesOf(session: Replaceable): Promise<Rewrite[]> {
  const rewrites: Rewrite[] = session.replaceHistoryWithCompaction === undefined ? [] : ['replace']
  return (await hasEntries(session)) ? [...rewrites, 'list', 'rewind'] : rewrites
}

/** Whether the session has entries: it says so by not refusing. */
export async function hasEntries(session: Replaceable): Promise<boolean> {
  try {
    return (await session.page?.({ limit: 1 })) !== undefined
  } catch (error) {
    if (error instanceof SessionError && error.code === 'SESSION_UNSUPPORTED') return false
    throw error
  }
}

/** A client on a handle. */
export function clientOf(session: Replaceable): Client {
  return async (request) => {
    switch (request.type) {
      case 'append':
        await session.addItems(request.items.map(message))
        return []
      case 'replace':
        await session.replaceHistoryWithCompaction?.(request.items.map(message))
        return []
      case 'list': {
        const result = await session.replaceItems?.(request.items.map(message))
        return [`${result?.removed}`]
      }
      case 'rewind':
        // All are messages of the user, in a row: one turn.
        return contents((await session.rewind?.({ turns: 1 })) ?? [])
      case 'pop':
        return contents([await session.popItem()])
      case 'read':
        return contents(await session.getItems(request.limit))
    }
  }
}

function contents(items: readonly (Item | undefined)[]): string[] {
  return items.flatMap((item) => (item === undefined ? [] : [String(item.content)]))
}
