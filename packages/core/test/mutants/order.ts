import { setTimeout as wait } from 'node:timers/promises'
import { type JSONValue, SessionError, StoredSession } from '@sessions/core'
import { changing, type Item, type Mutant, OpenSession, session } from './mutant.ts'

/** As long as a text takes to be written elsewhere. */
async function travel(items: readonly Item[]): Promise<void> {
  await wait(JSON.stringify(items)?.length > 10_000 ? 10 : 0)
}

/** A copy of what `for … in` sees. */
function visible(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(visible)
  if (value?.constructor !== Object) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visible(inner)]))
}

/** An order of calls that is kept by nobody: each goes through a handle of its own. */
class Unordered extends OpenSession {
  protected get fresh(): StoredSession<Item> {
    return new StoredSession<Item>(this.log, this.sessionId)
  }
}

export const orderMutants: readonly Mutant[] = [
  session(
    'short-overtakes-long',
    'writes when it is ready, whatever was called before',
    ['order/calls'],
    class extends Unordered {
      override async addItems(items: readonly Item[]): Promise<void> {
        await travel(items)
        await this.fresh.addItems(items)
      }
    },
  ),
  session(
    'read-overtakes-write',
    'reads on another connection',
    ['order/calls', 'order/after-failure'],
    class extends Unordered {
      override async addItems(items: readonly Item[]): Promise<void> {
        await travel(items)
        await super.addItems(items)
      }
      override getItems(limit?: number): Promise<Item[]> {
        return this.fresh.getItems(limit)
      }
    },
  ),
  session(
    'info-overtakes-write',
    'asks for what is known of a session past the calls under way',
    ['order/optional-methods'],
    class extends Unordered {
      override async addItems(items: readonly Item[]): Promise<void> {
        await travel(items)
        await super.addItems(items)
      }
    },
  ),
  session(
    'stops-at-failure',
    'chains its calls, and breaks with the first that fails',
    ['order/after-failure'],
    class extends OpenSession {
      #last: Promise<unknown> = Promise.resolve()

      override addItems(items: readonly Item[]): Promise<void> {
        const mine = this.#last.then(() => super.addItems(items))
        this.#last = mine
        return mine
      }
    },
  ),
  session(
    'starves-beside-writers',
    'gives up a pop that others were faster than three times',
    ['order/beside-writers'],
    class extends OpenSession {
      override async popItem(): Promise<Item | undefined> {
        for (let attempt = 0; attempt < 3; attempt++) {
          const expectTail = await this.log.records.read(this.sessionId, 1)
          await wait(1)
          const result = await this.log.records.commit(this.sessionId, { expectTail, drop: 1 })
          if (result.status === 'applied') return JSON.parse(expectTail[0] ?? 'null') ?? undefined
        }
        throw new SessionError('SESSION_BUSY', 'Others were faster.')
      }
    },
  ),
  session(
    'arguments-before-closed',
    'looks at its arguments first',
    ['order/arguments-after-close'],
    class extends OpenSession {
      override async setMetadata(patch: Record<string, JSONValue | undefined>): Promise<void> {
        if (patch === null) throw new TypeError('patch must be an object.')
        await super.setMetadata(patch)
      }
    },
  ),
  session(
    'refused-by-nobody',
    'checks items before the call begins, and names none',
    ['order/refused-by-name'],
    class extends OpenSession {
      override async addItems(items: readonly Item[]): Promise<void> {
        const wrong = Array.isArray(items) && items.some((item) => typeof item?.content === 'function')
        if (wrong) throw new SessionError('SESSION_ITEM_INVALID', 'items[0].content is a function.')
        await super.addItems(items)
      }
    },
  ),
  session(
    'reads-twice',
    'checks an item, and reads it again to write it',
    ['values/getters'],
    class extends OpenSession {
      override async addItems(items: readonly Item[]): Promise<void> {
        if (Array.isArray(items)) for (const item of items) void { ...item }
        await super.addItems(items)
      }
    },
  ),
  session(
    'drops-what-is-hidden',
    'takes what JSON makes of an item, and loses the rest',
    ['values/refused'],
    changing((item) => visible(item) as Item),
  ),
]
