import type { SessionStore } from '@sessions/core'
import type { Item, Store } from '../contender.ts'

/** Any store of ours as a contender. A call takes a handle of its own, as a web server does for a request. */
export function oursOf(store: SessionStore, settings?: Store['settings']): Store {
  return {
    ...(settings === undefined ? {} : { settings }),
    append: (sessionId, items) => store.session<Item>(sessionId).addItems([...items]),
    all: (sessionId) => store.session<Item>(sessionId).getItems(),
    last: (sessionId, count) => store.session<Item>(sessionId).getItems(count),
    pop: (sessionId) => store.session<Item>(sessionId).popItem(),
    handle: (sessionId) => store.session<Item>(sessionId),
    close: () => store.close(),
  }
}
