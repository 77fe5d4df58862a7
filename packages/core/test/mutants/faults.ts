import type { CommitResult, HistoryChange, RecordPage } from '@sessions/core'
import { SessionError } from '@sessions/core'
import type { CommitFault } from '@sessions/core/conformance'
import { type Mutant, store } from './mutant.ts'
import { PlainStore } from './plain-store.ts'

export const faultMutants: readonly Mutant[] = [
  store(
    'error-swallowed',
    'catches an error that it does not expect',
    ['faults/before-commit'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        return super._commit(sessionId, change).catch(() => ({ status: 'applied', dropped: [] }))
      }
    },
  ),
  store(
    'error-quotes-records',
    'says in an error what it wanted to write',
    ['faults/before-commit'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        return super._commit(sessionId, change).catch((cause: Error) => {
          throw new SessionError('SESSION_BACKEND', `Could not write ${change.append}.`, { cause })
        })
      }
    },
  ),
  store(
    'error-without-cause',
    'throws the error of the driver away',
    ['faults/before-commit'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        return super._commit(sessionId, change).catch((error) => {
          throw new SessionError('SESSION_BACKEND', String(error))
        })
      }
    },
  ),
  store(
    'transaction-left-open',
    'does not roll back, and so blocks the next write',
    ['faults/before-commit', 'faults/in-commit'],
    class extends PlainStore {
      #open = false

      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        if (this.#open) throw new Error('There is already a transaction.')
        this.#open = true
        const result = await super._commit(sessionId, change)
        this.#open = false
        return result
      }
    },
  ),
  store(
    'half-a-batch-stays',
    'writes the first record outside of the transaction',
    ['faults/in-commit'],
    class extends PlainStore {
      protected override apply(sessionId: string, change: HistoryChange): CommitResult {
        const [first, ...rest] = change.append ?? []
        const entry = this.load(sessionId) ?? this.create()
        if (first === undefined || rest.length === 0) return super.apply(sessionId, change)
        this.save(sessionId, { ...entry, records: [...entry.records, first] })
        return super.apply(sessionId, { ...change, append: rest })
      }
    },
  ),
  store(
    'lost-answer-is-failure',
    'takes a lost answer for a failure',
    ['faults/after-commit'],
    class extends PlainStore {
      protected override fail(fault: CommitFault): void {
        try {
          super.fail(fault)
        } catch (cause) {
          throw new SessionError('SESSION_UNAVAILABLE', 'The connection was lost.', { cause })
        }
      }
    },
  ),
  store(
    'sends-again',
    'sends a write again whose answer was lost',
    ['faults/after-commit'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        return super._commit(sessionId, change).catch(() => super._commit(sessionId, change))
      }
    },
  ),
  store(
    'operation-written-later',
    'writes the operation id after the records',
    ['faults/transaction-unheard'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        const { operation, ...rest } = change
        const repeated = this.repeated(this.load(sessionId), change)
        if (repeated !== undefined) return { status: repeated }
        const result = await super._commit(sessionId, rest)
        if (operation !== undefined) await super._commit(sessionId, { operation })
        return result
      }
    },
  ),
  store(
    'operation-written-first',
    'writes the operation id before the records',
    ['faults/transaction-again'],
    class extends PlainStore {
      readonly #begun = new Set<string>()

      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        const id = change.operation?.id
        if (id !== undefined && this.#begun.has(id)) return { status: 'duplicate' }
        if (id !== undefined) this.#begun.add(id)
        return super._commit(sessionId, change)
      }
    },
  ),
  store(
    'pages-of-everything',
    'gives all records for a page',
    ['scale/iteration-memory'],
    class extends PlainStore {
      protected override async _page(sessionId: string): Promise<RecordPage> {
        return { records: await this._read(sessionId, undefined) }
      }
    },
  ),
]
