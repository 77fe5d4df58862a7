import { setImmediate as moment } from 'node:timers/promises'
import type { ChangeConditions, CommitResult, HistoryChange } from '@sessions/core'
import { type Mutant, OpenSession, session, store } from './mutant.ts'
import type { Entry } from './place.ts'
import { PlainStore } from './plain-store.ts'

export const clearMutants: readonly Mutant[] = [
  session(
    'clear-deletes',
    'takes clearing for deleting',
    ['clear/keeps-metadata', 'clear/keeps-ttl', 'clear/empty'],
    class extends OpenSession {
      override async clearSession(): Promise<void> {
        await this.delete()
      }
    },
  ),
  session(
    'delete-clears',
    'takes deleting for clearing',
    ['delete/handle'],
    class extends OpenSession {
      override async delete(): Promise<boolean> {
        const found = (await this.info()) !== undefined
        await this.clearSession()
        return found
      }
    },
  ),
  store(
    'clear-leaves-operations-beside-metadata',
    'removes the items of a session that lives on, and no more',
    ['clear/operations-beside-metadata', 'records/clear'],
    class extends PlainStore {
      protected override clear(entry: Entry): string[] {
        return entry.records.splice(0)
      }
    },
  ),
  store(
    'clear-always-writes',
    'moves updatedAt by clearing what is empty',
    ['clear/empty'],
    class extends PlainStore {
      protected override isIdle(removed: readonly string[], change: HistoryChange): boolean {
        return super.isIdle(removed, change) && change.clear !== true
      }
    },
  ),
  store(
    'clear-shortens-the-ttl',
    'counts the ttl of a cleared session from the write before',
    ['clear/keeps-ttl'],
    class extends PlainStore {
      protected override endsAt(entry: Entry, ttlMs: number): number {
        return super.endsAt(entry, entry.records.length === 0 ? ttlMs / 2 : ttlMs)
      }
    },
  ),
  store(
    'clear-in-two-steps',
    'clears, and then writes what follows',
    ['records/clear-atomic', 'records/clear'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        const { clear, ...rest } = change
        if (clear !== true || rest.append === undefined) return super._commit(sessionId, change)
        await super._commit(sessionId, { clear })
        await moment()
        return super._commit(sessionId, rest)
      }
    },
  ),
  store(
    'clear-whatever-is-there',
    'looks at the expected tail where it drops from it',
    ['records/clear-expected'],
    class extends PlainStore {
      protected override conflict(entry: Entry | undefined, change: HistoryChange): 'conflict' | undefined {
        return change.clear === true ? undefined : super.conflict(entry, change)
      }
    },
  ),
  store(
    'dropped-to-everybody',
    'fetches what it removes though nobody asked',
    ['records/not-returned'],
    class extends PlainStore {
      protected override returned(removed: string[]): string[] {
        return removed
      }
    },
  ),
  store(
    'dropped-to-nobody',
    'never says what it removed',
    ['records/commit', 'records/clear'],
    class extends PlainStore {
      protected override returned(): string[] {
        return []
      }
    },
  ),
  store(
    'conditions-passed-over',
    'takes every condition and looks at none',
    ['records/conditions'],
    class extends PlainStore {
      protected override _supports(_condition: keyof ChangeConditions): boolean {
        return true
      }
    },
  ),
]
