import { setImmediate as moment } from 'node:timers/promises'
import type { DeleteTarget, SessionFilter, SessionInfo } from '@sessions/core'
import { type Mutant, store } from './mutant.ts'
import { PlainStore } from './plain-store.ts'

export const deleteMutants: readonly Mutant[] = [
  store(
    'delete-missing',
    'says that it deleted what was not there',
    ['delete/session'],
    class extends PlainStore {
      protected override async _delete(sessionId: string, unchangedSince?: Date): Promise<boolean | 'lost'> {
        await super._delete(sessionId, unchangedSince)
        return true
      }
    },
  ),
  store(
    'delete-though-changed',
    'forgets on what condition it was to delete',
    ['delete/unchanged-since', 'delete/while-writing'],
    class extends PlainStore {
      protected override async _delete(sessionId: string): Promise<boolean | 'lost'> {
        await moment()
        return super._delete(sessionId)
      }
    },
  ),
  store(
    'delete-counts-wrong',
    'counts what it was told to delete',
    ['delete/while-writing'],
    class extends PlainStore {
      protected override async _deleteUnchanged(targets: readonly DeleteTarget[]): Promise<number> {
        await moment()
        await super._deleteUnchanged(targets)
        return targets.length
      }
    },
  ),
  store(
    'delete-first-only',
    'deletes the first of many',
    ['delete/filter'],
    class extends PlainStore {
      protected override async _deleteUnchanged([first]: readonly DeleteTarget[]): Promise<number> {
        return first === undefined ? 0 : super._deleteUnchanged([first])
      }
    },
  ),
  store(
    'delete-leaves-metadata',
    'leaves metadata for the next session of the id',
    ['delete/leaves-nothing'],
    class extends PlainStore {
      readonly #metadata = new Map<string, SessionInfo['metadata'] & {}>()

      protected override remove(sessionId: string): void {
        this.#metadata.set(sessionId, this.load(sessionId)?.metadata ?? {})
        super.remove(sessionId)
      }

      protected override create() {
        const metadata = [...this.#metadata.values()].at(-1) ?? {}
        return { ...super.create(), metadata }
      }
    },
  ),
  store(
    'delete-everything',
    'takes no criterion for all',
    ['delete/no-criterion'],
    class extends PlainStore {
      override async deleteSessions(filter: SessionFilter): Promise<number> {
        const ids = this.find(filter ?? {})
        for (const { sessionId } of ids) this.remove(sessionId)
        return ids.length
      }
    },
  ),
]
