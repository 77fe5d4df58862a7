import type { CommitResult, HistoryChange, JSONValue, RecordPage, SessionInfo } from '@sessions/core'
import { type Mutant, store } from './mutant.ts'
import type { Entry } from './place.ts'
import { PlainStore } from './plain-store.ts'

/** Metadata as a column, a driver or a careless merge leaves it. */
function keeping(
  name: string,
  mistake: string,
  killedBy: readonly string[],
  keep: (merged: Entry['metadata']) => Entry['metadata'],
): Mutant {
  const Store = class extends PlainStore {
    protected override merge(old: Entry['metadata'], patch: Record<string, JSONValue | undefined>): Entry['metadata'] {
      return keep(super.merge(old, patch))
    }
  }
  return store(name, mistake, killedBy, Store)
}

export const longHistoryMutants: readonly Mutant[] = [
  store(
    'capped-at-10000',
    'gives at most 10,000 records, as search engines do',
    ['limit/all-of-many'],
    class extends PlainStore {
      protected override newest(records: string[], limit: number | undefined): string[] {
        return super.newest(records, Math.min(limit ?? Infinity, 10_000))
      }
    },
  ),
  store(
    'tail-newest-1000',
    'compares the newest 1,000 records of an expected tail',
    ['records/long-tail'],
    class extends PlainStore {
      protected override endsWith(records: readonly string[], tail: readonly string[]): boolean {
        return super.endsWith(records, tail.slice(-1_000))
      }
    },
  ),
  store(
    'tail-ends-only',
    'compares both ends of an expected tail',
    ['records/long-tail'],
    class extends PlainStore {
      protected override endsWith(records: readonly string[], tail: readonly string[]): boolean {
        const start = records.length - tail.length
        return tail.length === 0 || (records[start] === tail[0] && records.at(-1) === tail.at(-1))
      }
    },
  ),
  store(
    'drops-at-most-1000',
    'drops as many as one statement takes',
    ['records/drop-many'],
    class extends PlainStore {
      protected override drop(entry: Entry, drop: number | 'all'): string[] {
        return super.drop(entry, typeof drop === 'number' ? Math.min(drop, 1_000) : drop)
      }
    },
  ),
  store(
    'dropped-at-most-1000',
    'gives back the newest 1,000 of what it dropped',
    ['records/drop-many'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        const result = await super._commit(sessionId, change)
        return result.status === 'applied' ? { ...result, dropped: result.dropped.slice(-1_000) } : result
      }
    },
  ),
  store(
    'cursor-by-row-id',
    'reads on behind the id of the last row, whatever has become of it',
    ['items/while-popping'],
    class extends PlainStore {
      readonly #ids = new Map<string, number>()
      #next = 1

      protected override append(records: string[], added: readonly string[]): void {
        for (const record of added) if (!this.#ids.has(record)) this.#ids.set(record, this.#next++)
        super.append(records, added)
      }

      protected override async _page(sessionId: string, cursor = '0', size: number): Promise<RecordPage> {
        const rows = (this.load(sessionId)?.records ?? []).filter((record) => this.#idOf(record) > Number(cursor))
        const records = rows.slice(0, size)
        return { records, ...(rows.length > size && { next: String(this.#idOf(records.at(-1) ?? '')) }) }
      }

      #idOf(record: string): number {
        return this.#ids.get(record) ?? 0
      }
    },
  ),
  store(
    'operations-newest-100',
    'keeps the newest 100 operation ids',
    ['transactions/hundreds-of-ids'],
    class extends PlainStore {
      protected override remember(entry: Entry, operation: { id: string; fingerprint: string }): void {
        super.remember(entry, operation)
        entry.operations = Object.fromEntries(Object.entries(entry.operations).slice(-100))
      }
    },
  ),
  store(
    'operations-by-fingerprint',
    'knows an operation by what it does',
    ['transactions/equal-but-another'],
    class extends PlainStore {
      protected override repeated(entry: Entry | undefined, change: HistoryChange) {
        const { operation } = change
        const known = Object.values(entry?.operations ?? {}).some((found) => found === operation?.fingerprint)
        return known ? 'duplicate' : super.repeated(entry, change)
      }
    },
  ),
  store(
    'operations-go-with-the-last-record',
    'forgets operation ids where no record is left',
    ['transactions/known-after-emptying'],
    class extends PlainStore {
      protected override save(sessionId: string, entry: Entry): void {
        const emptied = entry.records.length === 0 && (this.load(sessionId)?.records.length ?? 0) > 0
        super.save(sessionId, emptied ? { ...entry, operations: {} } : entry)
      }
    },
  ),
  store(
    'emptied-is-gone',
    'removes the session with its last record',
    ['transactions/known-after-emptying', 'metadata/info'],
    class extends PlainStore {
      protected override save(sessionId: string, entry: Entry): void {
        const emptied = entry.records.length === 0 && (this.load(sessionId)?.records.length ?? 0) > 0
        if (emptied) this.remove(sessionId)
        else super.save(sessionId, entry)
      }
    },
  ),
  keeping('metadata-by-assignment', 'copies metadata key by key', ['metadata/special-keys'], (merged) => {
    const copy: Entry['metadata'] = {}
    for (const [key, value] of Object.entries(merged)) copy[key] = value
    return copy
  }),
  keeping('metadata-cut-at-64-ki', 'keeps metadata in columns of 64 KiB', ['metadata/special-keys'], (merged) =>
    Object.fromEntries(
      Object.entries(merged).map(([key, value]) => [key, typeof value === 'string' ? value.slice(0, 65_535) : value]),
    ),
  ),
  keeping('metadata-keys-of-255', 'keeps 255 characters of a key', ['metadata/special-keys'], (merged) =>
    Object.fromEntries(Object.entries(merged).map(([key, value]) => [key.slice(0, 255), value])),
  ),
  keeping('metadata-null-removes', 'takes null for absent', ['metadata/values'], (merged) =>
    Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)),
  ),
  store(
    'dates-shared',
    'hands out the dates that it keeps',
    ['metadata/info-copies'],
    class extends PlainStore {
      readonly #kept = new Map<string, SessionInfo>()

      protected override describe(sessionId: string, entry: Entry): SessionInfo {
        const info = super.describe(sessionId, entry)
        const key = `${sessionId} ${entry.updatedAt} ${entry.records.length}`
        const { createdAt, updatedAt } = this.#kept.get(key) ?? info
        if (!this.#kept.has(key)) this.#kept.set(key, info)
        return { ...info, createdAt, updatedAt }
      }
    },
  ),
]
