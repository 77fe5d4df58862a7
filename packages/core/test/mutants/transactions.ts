import { setImmediate as moment } from 'node:timers/promises'
import { type CommitResult, type HistoryChange, type HistoryTransactionArgs, SessionError } from '@sessions/core'
import { type Item, type Mutant, OpenSession, session, store } from './mutant.ts'
import type { Entry } from './place.ts'
import { PlainStore } from './plain-store.ts'

type Args = HistoryTransactionArgs<Item>

export const transactionMutants: readonly Mutant[] = [
  store(
    'operation-ids-ignored',
    'applies whatever it is sent',
    ['transactions/append-once', 'transactions/replace-once', 'records/operation'],
    class extends PlainStore {
      protected override repeated(): undefined {}
    },
  ),
  store(
    'operation-checked-first',
    'looks for the operation, thinks, and applies it',
    ['records/operation-at-once'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        const repeated = this.repeated(this.load(sessionId), change)
        await moment()
        if (repeated !== undefined) return { status: repeated }
        const { operation, ...rest } = change
        const result = await super._commit(sessionId, rest)
        const entry = this.load(sessionId)
        if (entry !== undefined && operation !== undefined) this.remember(entry, operation)
        if (entry !== undefined) this.save(sessionId, entry)
        return result
      }
    },
  ),
  store(
    'fingerprint-ignored',
    'takes any transaction with a known id for the same',
    ['transactions/reused', 'records/operation'],
    class extends PlainStore {
      protected override repeated(entry: Entry | undefined, change: HistoryChange): 'duplicate' | undefined {
        return super.repeated(entry, change) && 'duplicate'
      }
    },
  ),
  store(
    'reused-is-duplicate-of-last',
    'knows the operation that came last',
    ['transactions/many-ids'],
    class extends PlainStore {
      protected override remember(entry: Entry, { id, fingerprint }: { id: string; fingerprint: string }): void {
        entry.operations = { [id]: fingerprint }
      }
    },
  ),
  store(
    'operations-of-all-sessions',
    'keeps operation ids of all sessions together',
    ['transactions/per-session'],
    class extends PlainStore {
      protected override repeated(entry: Entry | undefined, change: HistoryChange) {
        const operations = Object.assign(
          {},
          ...this.ids().map((id) => this.load(id)?.operations),
        ) as Entry['operations']
        return super.repeated({ ...this.create(), ...entry, operations }, change)
      }
    },
  ),
  store(
    'operation-ids-folded',
    'compares operation ids with a collation that ignores case and trailing space',
    ['transactions/ids-byte-for-byte'],
    class extends PlainStore {
      protected override repeated(entry: Entry | undefined, change: HistoryChange) {
        const { operation } = change
        return super.repeated(
          entry,
          operation ? { ...change, operation: { ...operation, id: operation.id.toLowerCase().trimEnd() } } : change,
        )
      }

      protected override remember(entry: Entry, { id, fingerprint }: { id: string; fingerprint: string }): void {
        super.remember(entry, { id: id.toLowerCase().trimEnd(), fingerprint })
      }
    },
  ),
  session(
    'fingerprint-by-key-order',
    'recognises a transaction by the text of its items',
    ['transactions/same-in-any-key-order'],
    class extends OpenSession {
      override async applyHistoryTransaction(args: Args): Promise<void> {
        if (args?.transaction?.type !== 'append_items' || args.operationId.trim() === '')
          return super.applyHistoryTransaction(args)
        const append = args.transaction.items.map((item) => JSON.stringify(item))
        const operation = { id: args.operationId, fingerprint: JSON.stringify(append) }
        const { status } = await this.log.records.commit(this.sessionId, { operation, append })
        if (status === 'reused') throw new SessionError('SESSION_OPERATION_REUSED', 'It was used.')
      }
    },
  ),
  session(
    'suffix-by-key-order',
    'compares the suffix as text',
    ['transactions/replace-in-any-key-order'],
    class extends OpenSession {
      override async applyHistoryTransaction(args: Args): Promise<void> {
        const { transaction } = args ?? {}
        if (transaction?.type !== 'replace_suffix' || !Array.isArray(transaction.expectedSuffix))
          return super.applyHistoryTransaction(args)
        const suffix = transaction.expectedSuffix
        const found = suffix.length === 0 ? [] : await this.getItems(suffix.length)
        if (JSON.stringify(found) !== JSON.stringify(suffix)) throw new SessionError('SESSION_CONFLICT', 'It differs.')
        return super.applyHistoryTransaction(args)
      }
    },
  ),
  session(
    'suffix-by-length',
    'takes the newest items for the expected ones',
    ['transactions/conflict', 'model/random-operations'],
    class extends OpenSession {
      override async applyHistoryTransaction(args: Args): Promise<void> {
        const { transaction } = args ?? {}
        if (
          transaction?.type !== 'replace_suffix' ||
          !Array.isArray(transaction.expectedSuffix) ||
          transaction.expectedSuffix.length === 0
        )
          return super.applyHistoryTransaction(args)
        const expectedSuffix = await this.getItems(transaction.expectedSuffix.length)
        return super.applyHistoryTransaction({ ...args, transaction: { ...transaction, expectedSuffix } })
      }
    },
  ),
  store(
    'drops-one',
    'drops one record whatever the number',
    ['transactions/replace-suffix'],
    class extends PlainStore {
      protected override drop(entry: Entry, drop: number | 'all'): string[] {
        return super.drop(entry, typeof drop === 'number' ? Math.min(drop, 1) : drop)
      }
    },
  ),
  store(
    'operation-needs-records',
    'forgets an operation that appends nothing',
    ['transactions/nothing-to-append'],
    class extends PlainStore {
      protected override apply(sessionId: string, { operation, ...change }: HistoryChange): CommitResult {
        const keep = operation !== undefined && (change.append?.length ?? 0) > 0
        return super.apply(sessionId, keep ? { ...change, operation } : change)
      }
    },
  ),
  session(
    'blank-ids',
    'takes a blank id for a good one',
    ['transactions/bad-shapes'],
    class extends OpenSession {
      override async applyHistoryTransaction(args: Args): Promise<void> {
        return super.applyHistoryTransaction(
          args?.operationId?.trim() === '' ? { ...args, operationId: 'blank' } : args,
        )
      }
    },
  ),
  session(
    'transaction-reads-too-late',
    'reads the items after its first await',
    ['transactions/take-a-copy'],
    class extends OpenSession {
      override async applyHistoryTransaction(args: Args): Promise<void> {
        await moment()
        return super.applyHistoryTransaction(args)
      }
    },
  ),
  session(
    'operations-known-to-the-handle',
    'remembers what it has applied, once it has',
    ['transactions/concurrent'],
    class extends OpenSession {
      readonly #applied = new Set<string>()

      override async applyHistoryTransaction(args: Args): Promise<void> {
        if (args?.transaction?.type !== 'append_items' || this.#applied.has(args.operationId)) return
        await this.addItems(args.transaction.items)
        this.#applied.add(args.operationId)
      }
    },
  ),
]
