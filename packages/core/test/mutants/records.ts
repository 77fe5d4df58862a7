import type { CommitResult, HistoryChange } from '@sessions/core'
import { type Mutant, store } from './mutant.ts'
import type { Entry } from './place.ts'
import { PlainStore, type PlainStoreOptions } from './plain-store.ts'

export const recordMutants: readonly Mutant[] = [
  store(
    'dropped-newest-first',
    'gives what it dropped in the order in which it dropped it',
    ['records/commit'],
    class extends PlainStore {
      protected override drop(entry: Entry, drop: number | 'all'): string[] {
        return super.drop(entry, drop).reverse()
      }
    },
  ),
  store(
    'append-before-drop',
    'appends first, so that it drops what it appended',
    ['records/commit', 'compaction/replaces'],
    class extends PlainStore {
      protected override apply(sessionId: string, change: HistoryChange): CommitResult {
        const { append = [], drop = 0, ...rest } = change
        const added = super.apply(sessionId, { ...rest, append })
        if (added.status !== 'applied' || drop === 0) return added
        return super.apply(sessionId, { drop })
      }
    },
  ),
  store(
    'tail-by-length',
    'compares how many records are expected',
    ['records/expect-tail'],
    class extends PlainStore {
      protected override endsWith(records: readonly string[], tail: readonly string[]): boolean {
        return records.length >= tail.length
      }
    },
  ),
  store(
    'tail-by-last',
    'compares the last of the expected records',
    ['records/expect-tail'],
    class extends PlainStore {
      protected override endsWith(records: readonly string[], tail: readonly string[]): boolean {
        return super.endsWith(records, tail.slice(-1))
      }
    },
  ),
  store(
    'tail-anywhere',
    'compares with the beginning of the history',
    ['records/expect-tail'],
    class extends PlainStore {
      protected override endsWith(records: readonly string[], tail: readonly string[]): boolean {
        return records.join('\n').includes(tail.join('\n'))
      }
    },
  ),
  store(
    'tail-by-collation',
    'compares records with a collation that ignores case and trailing space',
    ['records/expect-tail'],
    class extends PlainStore {
      protected override endsWith(records: readonly string[], tail: readonly string[]): boolean {
        const fold = (record: string): string => record.toLowerCase().trimEnd()
        return super.endsWith(records.map(fold), tail.map(fold))
      }
    },
  ),
  store(
    'tail-ignored-on-empty',
    'compares no tail where there are no records',
    ['records/expect-tail-of-nothing'],
    class extends PlainStore {
      protected override conflict(entry: Entry | undefined, change: HistoryChange): 'conflict' | undefined {
        return entry === undefined || entry.records.length === 0 ? undefined : super.conflict(entry, change)
      }
    },
  ),
  store(
    'empty-tail-means-empty',
    'takes an empty tail for an empty history',
    ['records/expect-tail', 'transactions/empty-suffix'],
    class extends PlainStore {
      protected override endsWith(records: readonly string[], tail: readonly string[]): boolean {
        return tail.length === 0 ? records.length === 0 : super.endsWith(records, tail)
      }
    },
  ),
  store(
    'conflict-keeps-metadata',
    'writes metadata before it compares the tail',
    ['records/expect-tail', 'records/idle'],
    class extends PlainStore {
      protected override apply(sessionId: string, { metadata = {}, ...change }: HistoryChange): CommitResult {
        const entry = this.load(sessionId)
        if (entry !== undefined && change.expectTail !== undefined) {
          this.save(sessionId, {
            ...entry,
            metadata: { ...entry.metadata, ...metadata } as Entry['metadata'],
            updatedAt: entry.updatedAt + 1,
          })
        }
        return super.apply(sessionId, { ...change, metadata })
      }
    },
  ),
  store(
    'tail-before-operation',
    'compares the tail before it looks for the operation',
    ['records/operation'],
    class extends PlainStore {
      protected override refusal(entry: Entry | undefined, change: HistoryChange) {
        return this.conflict(entry, change) ?? this.repeated(entry, change)
      }
    },
  ),
  store(
    'conflict-uses-operation',
    'remembers an operation that it did not apply',
    ['records/operation', 'transactions/conflict'],
    class extends PlainStore {
      protected override refusal(entry: Entry | undefined, change: HistoryChange) {
        const refusal = super.refusal(entry, change)
        if (refusal === 'conflict' && change.operation !== undefined) this.#used.add(`${change.operation.id}`)
        return refusal === undefined && change.operation && this.#used.has(change.operation.id) ? 'duplicate' : refusal
      }

      readonly #used = new Set<string>()
    },
  ),
  store(
    'drop-creates',
    'makes the session for any commit',
    ['records/creates'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        if (this.load(sessionId) === undefined && !this.conflict(undefined, change)) this.save(sessionId, this.create())
        return super._commit(sessionId, change)
      }
    },
  ),
  store(
    'idle-touches',
    'moves updatedAt for a commit that changes nothing',
    ['records/idle'],
    class extends PlainStore {
      protected override apply(sessionId: string, change: HistoryChange): CommitResult {
        const entry = this.load(sessionId)
        if (entry !== undefined) this.save(sessionId, { ...entry, updatedAt: entry.updatedAt + 1 })
        return super.apply(sessionId, change)
      }
    },
  ),
  store(
    'records-trimmed',
    'trims records',
    ['records/opaque'],
    class extends PlainStore {
      protected override append(records: string[], added: readonly string[]): void {
        super.append(
          records,
          added.map((record) => record.trim()),
        )
      }
    },
  ),
  store(
    'empty-records-dropped',
    'takes an empty record for none',
    ['records/opaque'],
    class extends PlainStore {
      protected override append(records: string[], added: readonly string[]): void {
        super.append(
          records,
          added.filter((record) => record),
        )
      }
    },
  ),
  store(
    'records-as-json',
    'parses records and writes them again',
    ['records/opaque'],
    class extends PlainStore {
      protected override append(records: string[], added: readonly string[]): void {
        super.append(
          records,
          added.map((record) =>
            record.startsWith('{') && record.endsWith('}') ? JSON.stringify(JSON.parse(record)) : record,
          ),
        )
      }
    },
  ),
  store(
    'records-shared',
    'hands out the array that it keeps',
    ['records/copies'],
    class extends PlainStore {
      readonly #kept = new Map<string, string[]>()

      protected override async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
        const records = await super._read(sessionId, limit)
        const kept = this.#kept.get(`${sessionId} ${limit}`) ?? records
        this.#kept.set(`${sessionId} ${limit}`, kept)
        return kept
      }
    },
  ),
  store(
    'commit-unchecked',
    'lets records be written past the checks',
    ['records/refused'],
    class extends PlainStore {
      constructor(options: PlainStoreOptions) {
        super(options)
        this.records.commit = (sessionId, change) => this._commit(sessionId, change)
      }
    },
  ),
]
