import { message } from './fixtures.ts'
import type { Item, ItemSession } from './item.ts'
import type { Client } from './linearizability.ts'

/** A session that may be able to replace its history. */
export type Replaceable = ItemSession & { replaceHistoryWithCompaction?(items: readonly Item[]): Promise<void> }

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
