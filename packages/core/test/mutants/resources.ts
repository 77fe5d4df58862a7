import { setTimeout as sleep } from 'node:timers/promises'
import type { CommitResult, HistoryChange, SessionInfo } from '@sessions/core'
import { type Item, type Mutant, OpenSession, session, store } from './mutant.ts'
import { PlainStore } from './plain-store.ts'

/** Holds the process up, as work would. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** A promise that nobody awaits. */
function drop(promise: Promise<unknown>): void {
  void promise
}

export const resourceMutants: readonly Mutant[] = [
  store(
    'reads-leak',
    'leaves a buffer of 64 KiB behind with each read',
    ['scale/memory'],
    class extends PlainStore {
      readonly #buffers: Uint8Array[] = []

      protected override async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
        this.#buffers.push(new Uint8Array(64 * 1024).fill(1))
        return super._read(sessionId, limit)
      }
    },
  ),
  store(
    'commits-leak',
    'keeps every change for a log that nobody reads',
    ['scale/memory'],
    class extends PlainStore {
      readonly #log: unknown[] = []

      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        this.#log.push(Array.from({ length: 1_000 }, (_, index) => ({ sessionId, change, index })))
        return super._commit(sessionId, change)
      }
    },
  ),
  store(
    'commits-block',
    'keeps the event loop in each commit',
    ['scale/event-loop'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        block(40)
        return super._commit(sessionId, change)
      }
    },
  ),
  store(
    'info-blocks',
    'counts records while everybody waits',
    ['scale/event-loop'],
    class extends PlainStore {
      protected override async _info(sessionId: string): Promise<SessionInfo | undefined> {
        block(40)
        return super._info(sessionId)
      }
    },
  ),
  store(
    'close-fails-unheard',
    'fails to close, in a promise that it drops',
    ['lifecycle/closed-store', 'append/order'],
    class extends PlainStore {
      protected override async _close(): Promise<void> {
        drop(Promise.reject(new Error('The socket is gone.')))
      }
    },
  ),
  store(
    'timer-throws',
    'throws in a timer that a commit has set',
    ['append/order'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        const result = await super._commit(sessionId, change)
        setTimeout(() => {
          throw new Error('There is nothing to flush.')
        }, 0)
        await sleep(1)
        return result
      }
    },
  ),
  store(
    'read-ahead-fails',
    'reads ahead, and drops what comes of it',
    ['append/order'],
    class extends PlainStore {
      protected override async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
        drop(sleep(0).then(() => Promise.reject(new Error('The page is gone.'))))
        const records = await super._read(sessionId, limit)
        await sleep(2)
        return records
      }
    },
  ),
  session(
    'acknowledges-first',
    'acknowledges an append, and does it a moment later',
    ['append/read-your-writes'],
    class extends OpenSession {
      override async addItems(items: readonly Item[]): Promise<void> {
        if (!Array.isArray(items) || items.length === 0) return super.addItems(items)
        const copy = structuredClone(items)
        setImmediate(() => super.addItems(copy).catch(() => {}))
      }
    },
  ),
  store(
    'counts-first',
    'counts what it is about to write in another transaction',
    ['faults/before-commit', 'faults/in-commit'],
    class extends PlainStore {
      readonly #counts = new Map<string, number>()

      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        this.#counts.set(sessionId, (this.#counts.get(sessionId) ?? 0) + (change.append?.length ?? 0))
        return super._commit(sessionId, change)
      }

      protected override async _info(sessionId: string): Promise<SessionInfo | undefined> {
        const info = await super._info(sessionId)
        return info && { ...info, itemCount: this.#counts.get(sessionId) ?? 0 }
      }
    },
  ),
  store(
    'touches-first',
    'moves updatedAt before it writes, in a transaction of its own',
    ['faults/before-commit'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        const entry = this.load(sessionId)
        if (entry !== undefined) this.save(sessionId, { ...entry, updatedAt: this.touch(entry, change) })
        return super._commit(sessionId, change)
      }
    },
  ),
]
