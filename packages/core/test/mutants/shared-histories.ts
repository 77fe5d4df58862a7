import type { EntryQuery, LeaseResult, LeaseSwap, RecordEntry, RecordEntryPage } from '@sessions/core'
import { HistoryStore } from './history-store.ts'
import { type DurableMutant, durable } from './mutant.ts'
import type { Entry, LeaseRow } from './place.ts'

const leasesOfProcess = new Map<string, LeaseRow>()

/** Mistakes with histories that several processes work with. */
export const sharedHistoryMutants: readonly DurableMutant[] = [
  durable(
    'leases-of-the-process',
    'keeps leases in memory, and forgets other processes',
    ['exclusive/processes'],
    class extends HistoryStore {
      protected override get leases(): Map<string, LeaseRow> {
        return leasesOfProcess
      }
    },
  ),
  durable(
    'lease-whatever-the-version',
    'writes the row of a lease whoever wrote it last',
    ['exclusive/processes'],
    class extends HistoryStore {
      protected override step(id: string, swap: LeaseSwap | undefined): LeaseResult {
        return super.step(id, swap && { ...swap, expect: this.leases.get(id)?.version ?? null })
      }
    },
  ),
  durable(
    'ids-of-the-instance',
    'gives entries ids that another instance does not know',
    ['watch/processes'],
    class extends HistoryStore {
      readonly #instance = crypto.randomUUID()

      protected override entries(entry: Entry): RecordEntry[] {
        return super.entries(entry).map((one, index) => ({ ...one, id: `${this.#instance}.${index}` }))
      }

      protected override indexOfId(entry: Entry, id: string): number {
        const index = this.entries(entry).findIndex((one) => one.id === id)
        if (index >= 0) return index
        throw this.rewritten()
      }
    },
  ),
  durable(
    'newest-of-what-came-after',
    'gives the newest of what came after an entry',
    ['watch/processes'],
    class extends HistoryStore {
      protected override page(entry: Entry, query: EntryQuery): RecordEntryPage {
        const page = super.page(entry, query)
        return query.after === undefined ? page : { ...page, entries: page.entries.slice(-1) }
      }
    },
  ),
]
