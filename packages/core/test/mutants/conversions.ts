import { setImmediate as moment } from 'node:timers/promises'
import type { RestoredSession, RestoreResult } from '@sessions/core'
import { type Mutant, store } from './mutant.ts'
import type { Entry } from './place.ts'
import { RestoringStore } from './restoring-store.ts'

const isConverted = ({ over }: RestoredSession): boolean => over?.keeps === false

export const conversionMutants: readonly Mutant[] = [
  store(
    'converted-is-changed',
    'takes a conversion for a change of the session',
    ['operations/convert'],
    class extends RestoringStore {
      protected override restored(before: Entry, session: RestoredSession): Entry {
        const restored = super.restored(before, session)
        return isConverted(session) ? { ...restored, updatedAt: restored.updatedAt + 1 } : restored
      }
    },
  ),
  store(
    'converted-forgets-operations',
    'keeps the items of a session that it writes over, and not what was done to it',
    ['operations/convert'],
    class extends RestoringStore {
      protected override restored(before: Entry, session: RestoredSession): Entry {
        return super.restored(before, isConverted(session) ? { ...session, operations: [] } : session)
      }
    },
  ),
  store(
    'converted-as-once-read',
    'writes what was converted, whatever was added meanwhile',
    ['operations/convert-while-writing'],
    class extends RestoringStore {
      protected override isMeant(found: Entry | undefined, session: RestoredSession): boolean {
        return isConverted(session) ? found !== undefined : super.isMeant(found, session)
      }
    },
  ),
  store(
    'converted-in-two-steps',
    'looks whether a session is as it was read, thinks, and writes it',
    ['operations/convert-while-writing'],
    class extends RestoringStore {
      readonly #seen = new WeakSet<RestoredSession>()

      protected override async _restore(sessions: readonly RestoredSession[]): Promise<RestoreResult[]> {
        for (const session of sessions) {
          if (isConverted(session) && super.isMeant(this.load(session.sessionId), session)) this.#seen.add(session)
        }
        await moment()
        return await super._restore(sessions)
      }

      protected override isMeant(found: Entry | undefined, session: RestoredSession): boolean {
        return this.#seen.has(session) || super.isMeant(found, session)
      }
    },
  ),
]
