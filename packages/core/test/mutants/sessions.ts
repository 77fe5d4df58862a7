import type { CommitResult, HistoryChange, SessionInfo } from '@sessions/core'
import { type Mutant, OpenSession, session, store } from './mutant.ts'
import type { Entry } from './place.ts'
import { PlainStore } from './plain-store.ts'

const identity = ['identity/byte-for-byte']

function folding(name: string, mistake: string, fold: (id: string) => string): Mutant {
  const Store = class extends PlainStore {
    protected override key(sessionId: string): string {
      return fold(sessionId)
    }
  }
  return store(name, mistake, identity, Store)
}

export const sessionMutants: readonly Mutant[] = [
  folding('ids-folded-by-case', 'compares ids with a collation that ignores case', (id) => id.toLowerCase()),
  folding('ids-normalized', 'normalizes ids', (id) => id.normalize()),
  folding('ids-without-trailing-space', 'compares ids with a collation that pads with spaces', (id) => id.trimEnd()),
  folding('ids-without-accents', 'compares ids with a collation that ignores accents', (id) =>
    id.normalize('NFD').replaceAll(/\p{M}/gu, ''),
  ),
  folding('ids-cut', 'keeps 254 units of an id', (id) => id.slice(0, 254)),
  folding('ids-as-file-names', 'makes a file name of an id', (id) => id.replaceAll(/[^\w.-]/g, '_')),
  folding('ids-as-properties', 'keeps sessions as properties of an object', (id) => (id in {} ? 'inherited' : id)),
  folding('ids-without-braces', 'takes braces for a hash tag', (id) => /\{(.+)\}/.exec(id)?.[1] ?? id),
  store(
    'clears-by-prefix',
    'clears what begins with the id and a colon, for its own further keys',
    ['identity/no-reach'],
    class extends PlainStore {
      protected override remove(sessionId: string): void {
        for (const id of this.ids()) if (id === sessionId || id.startsWith(`${sessionId}:`)) super.remove(id)
      }
    },
  ),
  store(
    'clears-like',
    'clears with LIKE',
    ['clear/others', 'delete/session'],
    class extends PlainStore {
      protected override remove(sessionId: string): void {
        for (const id of this.ids()) if (id.startsWith(sessionId)) super.remove(id)
      }
    },
  ),
  session(
    'id-trimmed',
    'gives its id as it stores it, trimmed',
    ['identity/session-id'],
    class extends OpenSession {
      override async getSessionId(): Promise<string> {
        return this.sessionId.trim()
      }
    },
  ),
  {
    name: 'any-id',
    mistake: 'makes a good id of a bad one',
    killedBy: ['identity/refused-ids'],
    harness: () => {
      const stores = new PlainStore()
      const openSession = async (id: string) =>
        stores.session(String(id).slice(0, 255).replaceAll('\0', '').toWellFormed() || 'default')
      return {
        name: 'any-id',
        openSession,
        reset: async () => {},
        capabilities: { durable: false, transactions: true },
      }
    },
  },
  store(
    'store-checks-no-ids',
    'overrides a public method and so skips its checks',
    ['identity/refused-ids-in-store'],
    class extends PlainStore {
      override async getSessionInfo(sessionId: string): Promise<SessionInfo | undefined> {
        return this._info(sessionId)
      }
    },
  ),
  store(
    'read-creates',
    'makes the session where it reads one',
    ['identity/reading-creates-nothing'],
    class extends PlainStore {
      protected override async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
        if (this.load(sessionId) === undefined) this.save(sessionId, this.create())
        return super._read(sessionId, limit)
      }
    },
  ),
  store(
    'pages-create',
    'makes the session where it iterates over one',
    ['identity/reading-lists-nothing'],
    class extends PlainStore {
      protected override async _page(sessionId: string, cursor: string | undefined, size: number) {
        if (this.load(sessionId) === undefined) this.save(sessionId, this.create())
        return super._page(sessionId, cursor, size)
      }
    },
  ),
  session(
    'clear-hides',
    'only hides what it clears',
    ['clear/items'],
    class extends OpenSession {
      override async clearSession(): Promise<void> {
        const items = await this.getItems()
        await super.clearSession()
        const { addItems } = this
        this.addItems = (added) => addItems.call(this, [...items, ...added])
      }
    },
  ),
  store(
    'clear-leaves-operations',
    'leaves operation ids in a table of their own',
    ['clear/operations'],
    class extends PlainStore {
      readonly #operations = new Map<string, Entry['operations']>()

      protected override remove(sessionId: string): void {
        this.#operations.set(sessionId, this.load(sessionId)?.operations ?? {})
        super.remove(sessionId)
      }

      protected override apply(sessionId: string, change: HistoryChange): CommitResult {
        const operations = this.#operations.get(sessionId)
        if (operations !== undefined && this.load(sessionId) === undefined)
          this.save(sessionId, { ...this.create(), operations })
        return super.apply(sessionId, change)
      }
    },
  ),
  session(
    'clear-empties',
    'drops all items and leaves the session',
    ['clear/listing', 'clear/leaves-nothing'],
    class extends OpenSession {
      override async clearSession(): Promise<void> {
        await this.log.records.commit(this.sessionId, { drop: 'all' })
      }
    },
  ),
]
