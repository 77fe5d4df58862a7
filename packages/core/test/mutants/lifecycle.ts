import { setImmediate as moment } from 'node:timers/promises'
import { type CommitResult, type HistoryChange, type JSONValue, SessionError } from '@sessions/core'
import { type Item, type Mutant, OpenSession, session, store } from './mutant.ts'
import { MemoryPlace, type Place } from './place.ts'
import { PlainStore, type PlainStoreOptions } from './plain-store.ts'

export const lifecycleMutants: readonly Mutant[] = [
  session(
    'works-after-close',
    'has nothing to close, and so goes on',
    ['lifecycle/closed-session', 'lifecycle/close-twice'],
    class extends OpenSession {
      override async close(): Promise<void> {}
    },
  ),
  session(
    'empty-batch-after-close',
    'takes an empty batch before it looks whether it is closed',
    ['lifecycle/closed-session'],
    class extends OpenSession {
      override async addItems(items: readonly Item[]): Promise<void> {
        if (!Array.isArray(items) || items.length > 0) await super.addItems(items)
      }
    },
  ),
  session(
    'metadata-after-close',
    'goes to the store past what knows that it is closed',
    ['lifecycle/closed-optional-methods'],
    class extends OpenSession {
      override async setMetadata(metadata: Record<string, JSONValue | undefined>): Promise<void> {
        await this.log.records.commit(this.sessionId, { metadata })
      }
    },
  ),
  session(
    'close-twice-throws',
    'fails to close what is closed',
    ['lifecycle/close-twice'],
    class extends OpenSession {
      #closed = false

      override async close(): Promise<void> {
        if (this.#closed) throw new SessionError('SESSION_CLOSED', 'It was closed.')
        this.#closed = true
        await super.close()
      }
    },
  ),
  session(
    'close-aborts',
    'ends the calls under way',
    ['lifecycle/close-waits'],
    class extends OpenSession {
      #closed = false

      override async addItems(items: readonly Item[]): Promise<void> {
        await super.addItems(items)
        await moment()
        if (this.#closed) throw new SessionError('SESSION_CLOSED', 'It was closed.')
      }

      override async close(): Promise<void> {
        this.#closed = true
        await super.close()
      }
    },
  ),
  session(
    'close-loses-writes',
    'resolves a call under way at close without doing it',
    ['lifecycle/close-loses-nothing'],
    class extends OpenSession {
      #closed = false

      override async addItems(items: readonly Item[]): Promise<void> {
        await moment()
        if (!this.#closed) await super.addItems(items)
      }

      override async close(): Promise<void> {
        this.#closed = true
        await super.close()
      }
    },
  ),
  session(
    'closes-its-store',
    'closes a store that others use',
    ['lifecycle/handles'],
    class extends OpenSession {
      override async close(): Promise<void> {
        await super.close()
        await this.log.close()
      }
    },
  ),
  store(
    'reads-after-close',
    'lets records be read past the checks',
    ['lifecycle/closed-store', 'lifecycle/dispose'],
    class extends PlainStore {
      constructor(options: PlainStoreOptions) {
        super(options)
        this.records.read = (sessionId, limit) => this._read(sessionId, limit)
      }
    },
  ),
  store(
    'store-close-aborts',
    'closes its connection under the calls that use it',
    ['lifecycle/store-close-waits'],
    class extends PlainStore {
      #closed = false

      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        await moment()
        if (this.#closed) throw new Error('The connection is closed.')
        return super._commit(sessionId, change)
      }

      override async close(): Promise<void> {
        this.#closed = true
        await super.close()
      }
    },
  ),
  store(
    'connects-for-each-first-use',
    'connects again for a use that comes while it connects',
    ['lifecycle/concurrent-first-uses'],
    class extends PlainStore {
      #connected: Place | undefined

      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        if (this.#connected === undefined) {
          await moment()
          this.#connected = new MemoryPlace()
          Object.assign(this, { place: this.#connected })
        }
        return super._commit(sessionId, change)
      }
    },
  ),
  store(
    'dispose-does-nothing',
    'has a dispose that does not close',
    ['lifecycle/dispose'],
    class extends PlainStore {
      override async [Symbol.asyncDispose](): Promise<void> {}
    },
  ),
  store(
    'options-dropped',
    'passes no options on',
    ['lifecycle/options'],
    class extends PlainStore {
      override session(sessionId: string): ReturnType<PlainStore['session']> & never {
        return super.session(sessionId) as never
      }
    },
  ),
]
