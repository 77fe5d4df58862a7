import type { DeleteSessionsOptions, LongCall, SessionFilter, SessionInfo } from '@sessions/core'
import { type Mutant, store } from './mutant.ts'
import { PlainStore } from './plain-store.ts'

const byTime = (a: SessionInfo, b: SessionInfo): number => b.updatedAt.getTime() - a.updatedAt.getTime()

/** A store that lists sessions of one time in an order of its own. */
function ordering(name: string, mistake: string, compareIds: (a: string, b: string) => number): Mutant {
  const Store = class extends PlainStore {
    protected override compare(a: SessionInfo, b: SessionInfo): number {
      return byTime(a, b) || compareIds(a.sessionId, b.sessionId)
    }
  }
  return store(name, mistake, ['list/order'], Store)
}

export const longCallMutants: readonly Mutant[] = [
  ordering('order-of-insertion', 'sorts by time alone', () => 0),
  ordering('order-of-utf-16', 'compares ids by <', (a, b) => (a < b ? 1 : -1)),
  ordering('order-of-a-language', 'compares ids by a collation', (a, b) => b.localeCompare(a, 'en')),
  ordering('order-ascending', 'sorts equal times by id, ascending', (a, b) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  ),
  store(
    'after-by-time',
    'goes on after the time of a place, past others of the same',
    ['list/after'],
    class extends PlainStore {
      protected override matches(info: SessionInfo, { after, ...filter }: SessionFilter): boolean {
        return super.matches(info, filter) && (after === undefined || info.updatedAt < after.updatedAt)
      }
    },
  ),
  store(
    'after-what-is-there',
    'looks for the session of the place, and begins anew where it is gone',
    ['list/after-anything'],
    class extends PlainStore {
      protected override find({ after, limit, ...filter }: SessionFilter): SessionInfo[] {
        const infos = super.find(filter)
        const place = infos.findIndex(({ sessionId }) => sessionId === after?.sessionId)
        return infos.slice(place + 1, limit === undefined ? undefined : place + 1 + limit)
      }
    },
  ),
  store(
    'dry-run-deletes',
    'overrides a public method and does not know its options',
    ['delete/dry-run', 'progress/deletion', 'signal/aborted', 'signal/refused'],
    class extends PlainStore {
      override async deleteSessions(filter: SessionFilter, _options?: DeleteSessionsOptions): Promise<number> {
        return super.deleteSessions(filter)
      }
    },
  ),
  store(
    'signal-passed-over',
    'overrides a public method and does not know its options',
    ['signal/aborted', 'signal/while-iterating', 'signal/refused'],
    class extends PlainStore {
      override listSessions(filter: SessionFilter = {}): AsyncIterable<SessionInfo> {
        return super.listSessions(filter)
      }
    },
  ),
  store(
    'purge-boasts',
    'counts what it is about to purge as purged',
    ['progress/purge'],
    class extends PlainStore {
      protected override async _purgeExpired(call: LongCall): Promise<number> {
        await call.step({ done: this.ids().length + 1 })
        return super._purgeExpired(call)
      }
    },
  ),
]
