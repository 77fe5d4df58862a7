import { setTimeout as sleep } from 'node:timers/promises'
import type {
  CommitResult,
  ExclusiveOptions,
  ExclusiveWork,
  HistoryChange,
  LeaseResult,
  LeaseSwap,
} from '@sessions/core'
import { HistoryStore } from './history-store.ts'
import { type Mutant, OpenSession, type SessionClass, session, shared, store } from './mutant.ts'
import type { Entry } from './place.ts'
import type { Refusal } from './plain-store.ts'

/** Who comes later waits less. */
const newestFirst = { patienceMs: 200 }

type Options = Parameters<OpenSession['acquire']>[0]

function wrong(name: string, mistake: string, killedBy: readonly string[], Session: SessionClass): Mutant {
  return session(name, mistake, killedBy, Session, HistoryStore)
}

export const leaseMutants: readonly Mutant[] = [
  shared(
    'lease-taken-blindly',
    'writes the row of a lease whatever it is by then',
    ['exclusive/busy'],
    class extends HistoryStore {
      protected override step(id: string, swap: LeaseSwap | undefined): LeaseResult {
        const { version, token } = this.leases.get(id) ?? { version: null, token: null }
        // Who looks sees nobody, and so takes it.
        const seen = swap === undefined && token !== null
        const result = super.step(id, swap && { ...swap, expect: version })
        return seen ? { ...result, token: null, until: 0 } : result
      }
    },
  ),
  wrong(
    'exclusive-in-name',
    'runs the work at once',
    ['exclusive/one-at-a-time'],
    class extends OpenSession {
      override async exclusive<T>(work: ExclusiveWork<this, T>): Promise<T> {
        return await work({ session: this, signal: new AbortController().signal })
      }
    },
  ),
  wrong(
    'newest-waiter-first',
    'serves those who came last first',
    ['exclusive/one-at-a-time'],
    class extends OpenSession {
      override async exclusive<T>(work: ExclusiveWork<this, T>, options?: ExclusiveOptions): Promise<T> {
        newestFirst.patienceMs = Math.max(newestFirst.patienceMs - 20, 0)
        await sleep(newestFirst.patienceMs)
        return super.exclusive(work, options)
      }
    },
  ),
  store(
    'lease-goes-with-the-session',
    'keeps a lease in the row of the session, which goes when it is deleted',
    ['exclusive/creates-nothing'],
    class extends HistoryStore {
      protected override remove(sessionId: string): void {
        super.remove(sessionId)
        this.leases.delete(sessionId)
      }
    },
  ),
  store(
    'lease-makes-a-session',
    'makes the session for its lease',
    ['exclusive/creates-nothing'],
    class extends HistoryStore {
      protected override step(id: string, swap: LeaseSwap | undefined): LeaseResult {
        if (swap !== undefined && this.load(id) === undefined) this.save(id, this.create())
        return super.step(id, swap)
      }
    },
  ),
  wrong(
    'busy-waits-for-ever',
    'waits for its turn, whatever it is told',
    ['exclusive/busy'],
    class extends OpenSession {
      override acquire(options: Options = {}): ReturnType<OpenSession['acquire']> & never {
        const { waitMs: _, ...rest } = options
        return super.acquire({ ...rest, waitMs: 2_000 }) as never
      }
    },
  ),
  store(
    'fence-ignored',
    'says that it knows the condition lease, and does not look',
    ['exclusive/take-over', 'exclusive/run-out', 'records/lease'],
    class extends HistoryStore {
      protected override lost(): undefined {}
    },
  ),
  store(
    'fence-not-of-deletion',
    'deletes under any lease',
    ['exclusive/take-over'],
    class extends HistoryStore {
      protected override async _delete(id: string, unchangedSince?: Date): Promise<boolean | 'lost'> {
        return super._delete(id, unchangedSince)
      }
    },
  ),
  store(
    'fence-of-appends',
    'looks at the lease where it appends',
    ['exclusive/take-over', 'records/lease'],
    class extends HistoryStore {
      protected override lost(change: HistoryChange): 'lost' | undefined {
        return (change.append?.length ?? 0) > 0 ? super.lost(change) : undefined
      }
    },
  ),
  store(
    'lease-never-over',
    'asks who holds, and not until when',
    ['exclusive/run-out'],
    class extends HistoryStore {
      protected override holds(id: string, lease: string): boolean {
        return this.leases.get(id)?.token === lease
      }
    },
  ),
  store(
    'lease-not-prolonged',
    'leaves the end of a lease where it was first',
    ['exclusive/renewed'],
    class extends HistoryStore {
      readonly #ends = new Map<string, number>()

      protected override now(): number {
        return Date.now()
      }

      protected override step(id: string, swap: LeaseSwap | undefined): LeaseResult {
        const result = super.step(id, swap)
        const row = this.leases.get(id)
        if (row === undefined || row.token === null) return result
        const until = this.#ends.get(row.token) ?? row.until
        this.#ends.set(row.token, until)
        this.leases.set(id, { ...row, until })
        return { ...result, until }
      }
    },
  ),
  store(
    'lease-prolonged-once',
    'prolongs a lease once, and calls that enough',
    ['exclusive/renewed'],
    class extends HistoryStore {
      readonly #prolonged = new Map<string, number>()

      protected override now(): number {
        return Date.now()
      }

      protected override step(id: string, swap: LeaseSwap | undefined): LeaseResult {
        const { token = null, leaseMs } = swap?.row ?? {}
        if (swap === undefined || token === null || leaseMs === undefined) return super.step(id, swap)
        const times = (this.#prolonged.get(token) ?? 0) + 1
        this.#prolonged.set(token, times)
        const { until = 0 } = this.leases.get(id) ?? {}
        const result = super.step(id, swap)
        const row = this.leases.get(id)
        if (times <= 2 || row === undefined) return result
        this.leases.set(id, { ...row, until })
        return { ...result, until }
      }
    },
  ),
  store(
    'lease-before-operation',
    'looks at the lease before it looks for the operation',
    ['exclusive/duplicate'],
    class extends HistoryStore {
      protected override refusal(entry: Entry | undefined, change: HistoryChange): Refusal | undefined {
        return this.lost(change) ?? super.refusal(entry, change)
      }
    },
  ),
  store(
    'operation-unknown-under-a-lease',
    'looks for an operation where nobody holds the session',
    ['exclusive/duplicate'],
    class extends HistoryStore {
      protected override repeated(entry: Entry | undefined, change: HistoryChange): 'duplicate' | 'reused' | undefined {
        return change.lease === undefined ? super.repeated(entry, change) : undefined
      }
    },
  ),
  store(
    'close-ends-exclusive-work',
    'closes under work that holds a session',
    ['exclusive/closing'],
    class extends HistoryStore {
      #closed = false

      override async close(): Promise<void> {
        this.#closed = true
        await super.close()
      }

      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        if (this.#closed) throw new Error('The connection is closed.')
        return super._commit(sessionId, change)
      }
    },
  ),
]
