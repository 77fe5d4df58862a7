import { setImmediate as moment } from 'node:timers/promises'
import {
  type EntryQuery,
  type KeptOperation,
  type RecordEntryPage,
  type RestoredSession,
  type RestoreResult,
  SessionError,
} from '@sessions/core'
import { HistoryStore } from './history-store.ts'
import { type Mutant, shared, store } from './mutant.ts'
import type { Entry } from './place.ts'
import { PlainStore } from './plain-store.ts'
import { RestoringStore } from './restoring-store.ts'

export const moveMutants: readonly Mutant[] = [
  store(
    'restored-now',
    'writes a session that comes from elsewhere as any other: it begins now',
    ['operations/copy-in', 'operations/export'],
    class extends RestoringStore {
      protected override restored(before: Entry, session: RestoredSession): Entry {
        const now = this.now()
        return { ...super.restored(before, session), createdAt: now, updatedAt: now }
      }
    },
  ),
  store(
    'restored-for-as-long-as-here',
    'gives every session the ttl of the store',
    ['operations/copy-in'],
    class extends RestoringStore {
      protected override restored(before: Entry, session: RestoredSession): Entry {
        const { ttlMs: _, ...restored } = super.restored(before, session)
        return restored
      }
    },
  ),
  store(
    'restored-at-one-time',
    'gives each record the time of the session',
    ['operations/copy-in'],
    class extends RestoringStore {
      protected override restored(before: Entry, session: RestoredSession): Entry {
        return super.restored(before, { ...session, times: session.records.map(() => undefined) })
      }
    },
  ),
  store(
    'restored-without-operations',
    'copies what can be seen of a session',
    ['operations/copy-out'],
    class extends RestoringStore {
      protected override restored(before: Entry, session: RestoredSession): Entry {
        return super.restored(before, { ...session, operations: [] })
      }
    },
  ),
  store(
    'ids-of-the-newest',
    'finds the id of the newest session fast, and no other',
    ['operations/copy-out'],
    class extends RestoringStore {
      protected override async *_listIds(): AsyncIterable<string> {
        for await (const { sessionId } of this._list({ limit: 1 })) yield sessionId
      }
    },
  ),
  store(
    'operations-by-another-name',
    'tells the fingerprint of an operation where its id is asked for',
    ['operations/copy-out'],
    class extends RestoringStore {
      protected override async _operations(sessionId: string): Promise<KeptOperation[]> {
        const kept = await super._operations(sessionId)
        return kept.map((operation) => ({ ...operation, id: operation.fingerprint }))
      }
    },
  ),
  store(
    'completed-anew',
    'writes everything again where something is to be added',
    ['operations/copy-again'],
    class extends RestoringStore {
      protected override restored(before: Entry, session: RestoredSession): Entry {
        return super.restored({ ...before, ids: before.records.map((_, index) => this.newId(index)) }, session)
      }
    },
  ),
  store(
    'completed-metadata-merged',
    'adds the metadata that come to those that are there',
    ['operations/copy-again'],
    class extends RestoringStore {
      protected override restored(before: Entry, session: RestoredSession): Entry {
        return super.restored(before, { ...session, metadata: { ...before.metadata, ...session.metadata } })
      }
    },
  ),
  store(
    'restored-over-anything',
    'takes it that whoever restores wants the one that comes',
    ['operations/copy-conflict', 'operations/restore-as-read'],
    class extends RestoringStore {
      protected override isMeant(found: Entry | undefined, session: RestoredSession): boolean {
        return session.over === undefined || super.isMeant(found, session)
      }
    },
  ),
  store(
    'replaced-in-part',
    'puts the records that come behind those of the session that they take the place of',
    ['operations/copy-conflict'],
    class extends RestoringStore {
      protected override restored(before: Entry, session: RestoredSession): Entry {
        const found = session.over && this.load(session.sessionId)
        return super.restored(found ?? before, session)
      }
    },
  ),
  store(
    'read-long-ago',
    'does not look whether the session was changed since it was read',
    ['operations/restore-as-read'],
    class extends RestoringStore {
      protected override isMeant(found: Entry | undefined, session: RestoredSession): boolean {
        return session.over === undefined ? super.isMeant(found, session) : found !== undefined
      }
    },
  ),
  store(
    'as-many-as-were-read',
    'looks when the session was changed, and not what its newest entry is',
    ['operations/restore-as-read'],
    class extends RestoringStore {
      protected override isMeant(found: Entry | undefined, session: RestoredSession): boolean {
        const { newest: _, ...over } = session.over ?? {}
        return super.isMeant(found, session.over ? { ...session, over: over as typeof session.over } : session)
      }
    },
  ),
  shared(
    'restored-bit-by-bit',
    'makes a session, and then adds what it holds',
    ['operations/while-writing'],
    class extends RestoringStore {
      protected override async _restore(sessions: readonly RestoredSession[]): Promise<RestoreResult[]> {
        const results = await super._restore(
          sessions.map((session) => ({
            ...session,
            records: session.records.slice(0, 1),
            times: session.times.slice(0, 1),
          })),
        )
        for (let turns = 0; turns < 100; turns++) await moment()
        for (const [index, { sessionId, records }] of sessions.entries()) {
          const entry = this.load(sessionId)
          if (results[index] === 'restored' && entry !== undefined)
            this.save(sessionId, { ...entry, records: [...records] })
        }
        return results
      }
    },
  ),
  shared(
    'looks-before-it-restores',
    'looks whether there is such a session, thinks, and writes it',
    ['operations/while-writing'],
    class extends RestoringStore {
      protected override async _restore(sessions: readonly RestoredSession[]): Promise<RestoreResult[]> {
        const found = sessions.map(({ sessionId }) => this.load(sessionId))
        await moment()
        return sessions.map((session, index) => {
          if (!this.isMeant(found[index], session)) return 'conflict'
          this.save(session.sessionId, this.restored(this.create(), session))
          return 'restored'
        })
      }
    },
  ),
  store(
    'restored-without-metadata',
    'restores the history alone',
    ['operations/export', 'operations/copy-in'],
    class extends RestoringStore {
      protected override restored(before: Entry, session: RestoredSession): Entry {
        return super.restored(before, { ...session, metadata: {} })
      }
    },
  ),
  store(
    'entries-that-are-items',
    'gives no entry for what is no JSON',
    ['operations/verify'],
    class extends RestoringStore {
      protected override async _entries(sessionId: string, query: EntryQuery): Promise<RecordEntryPage> {
        const page = await super._entries(sessionId, query)
        return { ...page, entries: page.entries.filter(({ record }) => record.endsWith('}')) }
      }
    },
  ),
  store(
    'entries-of-calls',
    'gives results no place of their own, but that of the call',
    ['operations/verify'],
    class extends RestoringStore {
      protected override async _entries(sessionId: string, query: EntryQuery): Promise<RecordEntryPage> {
        const page = await super._entries(sessionId, query)
        return { ...page, entries: page.entries.filter(({ record }) => !record.includes('_result"')) }
      }
    },
  ),
  store(
    'restores-what-it-can',
    'writes the records of a session, and then says that it cannot do the rest',
    ['operations/unsupported'],
    class extends PlainStore {
      protected override async _restore(sessions: readonly RestoredSession[]): Promise<RestoreResult[]> {
        for (const { sessionId, records } of sessions) await this._commit(sessionId, { append: [...records] })
        throw new SessionError('SESSION_UNSUPPORTED', 'It cannot keep times.')
      }
    },
  ),
  store(
    'restores-nothing',
    'says of sessions that it cannot restore that they are there',
    ['operations/unsupported'],
    class extends HistoryStore {
      protected override async _restore(sessions: readonly RestoredSession[]): Promise<RestoreResult[]> {
        if (sessions.length === 0) throw new SessionError('SESSION_UNSUPPORTED', 'It cannot keep times.')
        return sessions.map(() => 'restored')
      }
    },
  ),
]
