import { type KeptOperation, type RestoredSession, type RestoreResult, restoredTTL } from '@sessions/core'
import { HistoryStore } from './history-store.ts'
import type { Entry } from './place.ts'

/** How long this store remembers operations: for ever, as far as anybody can see. */
const longMs = 86_400_000

/** A correct store that can be given sessions with times of their own too, in steps of which a mutant may get one wrong. */
export class RestoringStore extends HistoryStore {
  protected override async _restore(sessions: readonly RestoredSession[]): Promise<RestoreResult[]> {
    return this.place.atomically(() => sessions.map((session) => this.restore(session)))
  }

  protected override async _operations(sessionId: string): Promise<KeptOperation[]> {
    const operations = this.place.atomically(() => this.load(sessionId)?.operations ?? {})
    const forgetAt = new Date(this.now() + longMs)
    return Object.entries(operations).map(([id, fingerprint]) => ({ id, fingerprint, forgetAt }))
  }

  protected restore(session: RestoredSession): RestoreResult {
    const found = this.load(session.sessionId)
    if (!this.isMeant(found, session)) return 'conflict'
    const keeps = session.over?.keeps === true
    this.save(session.sessionId, this.restored((keeps && found) || this.create(), session))
    return 'restored'
  }

  protected isMeant(found: Entry | undefined, { over }: RestoredSession): boolean {
    if (over === undefined || found === undefined) return over === undefined && found === undefined
    const isNewest = over.newest === undefined || (found.ids?.at(-1) ?? null) === over.newest
    return isNewest && found.updatedAt === over.updatedAt.getTime()
  }

  /** @param before - what its records follow */
  protected restored(before: Entry, session: RestoredSession): Entry {
    const { createdAt, updatedAt, records, times, operations, metadata = {} } = session
    const start = before.records.length
    return {
      records: [...before.records, ...records],
      ids: [...(before.ids ?? []), ...records.map((_, index) => this.newId(start + index))],
      times: [...(before.times ?? []), ...times.map((time) => (time ?? updatedAt).getTime())],
      createdAt: createdAt.getTime(),
      updatedAt: updatedAt.getTime(),
      ttlMs: restoredTTL(session) ?? null,
      metadata,
      operations: {
        ...before.operations,
        ...Object.fromEntries(operations.map(({ id, fingerprint }) => [id, fingerprint])),
      },
    }
  }
}
