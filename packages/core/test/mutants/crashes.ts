import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { setImmediate as moment } from 'node:timers/promises'
import type { CommitResult, HistoryChange } from '@sessions/core'
import { type DurableMutant, durable } from './mutant.ts'
import type { Entry, FilePlace } from './place.ts'
import { PlainStore } from './plain-store.ts'

/** Holds the process up, as work would: a kill that comes meanwhile finds it there. */
function work(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** Writes each change in two transactions, with work in between. */
class TwoWrites extends PlainStore {
  protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const { append = [], ...rest } = change
    const half = this.firstPart(change)
    const result = await super._commit(sessionId, { ...rest, append: append.slice(0, half) })
    if (result.status !== 'applied' || half === append.length) return result
    work(15)
    await moment()
    await super._commit(sessionId, { append: append.slice(half) })
    return result
  }

  /** How many of the records go into the first transaction. */
  protected firstPart({ append = [] }: HistoryChange): number {
    return Math.ceil(append.length / 2)
  }
}

export const crashMutants: readonly DurableMutant[] = [
  durable(
    'acknowledges-early',
    'acknowledges a write that it does a moment later',
    ['crash/acknowledged-survive'],
    class extends PlainStore {
      readonly #waiting = new Map<string, Entry>()
      #timer: NodeJS.Timeout | undefined

      protected override load(sessionId: string): Entry | undefined {
        return this.#waiting.get(sessionId) ?? super.load(sessionId)
      }

      protected override save(sessionId: string, entry: Entry): void {
        this.#waiting.set(sessionId, entry)
        this.#timer ??= setTimeout(() => this.#flush(), 100)
      }

      protected override async _close(): Promise<void> {
        this.#flush()
        await super._close()
      }

      #flush(): void {
        clearTimeout(this.#timer)
        this.#timer = undefined
        for (const [sessionId, entry] of this.#waiting) super.save(sessionId, entry)
        this.#waiting.clear()
      }
    },
  ),
  durable(
    'batch-in-two-transactions',
    'writes a batch in two transactions',
    ['crash/acknowledged-survive', 'processes/contiguous-batches'],
    TwoWrites,
  ),
  durable(
    'replace-in-two-transactions',
    'drops in one transaction and appends in another',
    ['crash/replaced-whole', 'processes/compaction'],
    class extends TwoWrites {
      protected override firstPart({ drop, append = [] }: HistoryChange): number {
        return drop ? 0 : append.length
      }
    },
  ),
  durable(
    'lock-file-stays',
    'leaves its lock behind where it is killed',
    ['crash/next-writer'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        const lock = `${this.path}.lock`
        for (let waits = 0; existsSync(lock); waits++) {
          if (waits === 100) throw new Error('Another process holds the lock.')
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
        writeFileSync(lock, '')
        work(10)
        const result = await super._commit(sessionId, change)
        rmSync(lock)
        return result
      }

      get path(): string {
        return (this.place as FilePlace).path
      }
    },
  ),
  durable(
    'reads-whole-history',
    'keeps a session in one row, and reads and writes all of it each time',
    ['scale/newest-of-many'],
    PlainStore,
  ),
  durable(
    'made-twice',
    'makes its tables where it finds none, and forgets that others do so too',
    ['processes/first-use-at-once'],
    class extends PlainStore {
      protected override async _open(): Promise<void> {
        if (this.place.keys().length > 0) return
        await new Promise((resolve) => setTimeout(resolve, 20))
        this.place.atomically(() => {
          for (const key of this.place.keys()) this.place.write(key, undefined)
        })
      }
    },
  ),
  durable(
    'made-in-two-steps',
    'says that its tables are made before they are',
    ['crash/while-opening'],
    class extends PlainStore {
      protected override async _open(): Promise<void> {
        const done: Entry = { ...this.create(), metadata: { made: true } }
        const made = this.place.read('schema')
        if (made === undefined) {
          this.place.write('schema', this.create())
          work(60)
          this.place.write('schema', done)
        } else if (made.metadata.made !== true) {
          throw new Error('The tables are damaged.')
        }
      }
    },
  ),
]
