import type { CommitResult, EntryQuery, HistoryChange, RecordEntryPage } from '@sessions/core'
import { HistoryStore } from './history-store.ts'
import { type Mutant, store } from './mutant.ts'
import type { Entry } from './place.ts'
import type { Refusal } from './plain-store.ts'

/** Whether a change writes again what it drops. */
function isRewriting({ append = [], drop = 0 }: HistoryChange): boolean {
  return append.length > 0 && drop !== 0
}

export const keptTimeMutants: readonly Mutant[] = [
  store(
    'rewritten-is-new',
    'gives everything that a change writes the time of the change',
    ['mutations/keeps-times', 'compaction/keeps-times'],
    class extends HistoryStore {
      protected override timeOf(): number {
        return this.now()
      }
    },
  ),
  store(
    'rewritten-at-one-time',
    'gives everything that a change writes the time of its first record',
    ['mutations/keeps-times', 'compaction/keeps-times'],
    class extends HistoryStore {
      protected override placed(before: Entry | undefined, after: Entry, change: HistoryChange): Entry {
        const { append = [], appendTimes = [] } = change
        return super.placed(before, after, { ...change, appendTimes: append.map(() => appendTimes[0]) })
      }
    },
  ),
  store(
    'summary-of-what-is-gone',
    'drops as many records as it is told where it was told to look at the newest first',
    ['summary/while-appending'],
    class extends HistoryStore {
      protected override conflict(entry: Entry | undefined, change: HistoryChange): (Refusal & 'conflict') | undefined {
        return isRewriting(change) ? undefined : super.conflict(entry, change)
      }
    },
  ),
  store(
    'summary-after-what-it-stands-for',
    'appends a summary, and forgets to drop what it stands for where something was added meanwhile',
    ['summary/while-appending'],
    class extends HistoryStore {
      protected override apply(sessionId: string, change: HistoryChange): CommitResult {
        const { drop: _, ...rest } = change
        const isLong = (change.append?.length ?? 0) > 2
        return super.apply(sessionId, isRewriting(change) && isLong ? rest : change)
      }
    },
  ),
  store(
    'beginning-by-its-length',
    'takes as many entries as were read for the ones that were read',
    ['summary/changed-beginning'],
    class extends HistoryStore {
      protected override page(entry: Entry, query: EntryQuery): RecordEntryPage {
        const { expect, after, ...rest } = query
        if (expect === undefined) return super.page(entry, query)
        const entries = this.entries(entry).slice(expect.count)
        return { ...super.page(entry, rest), entries, older: true, newer: false }
      }
    },
  ),
]
