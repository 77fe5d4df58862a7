import { setImmediate as moment } from 'node:timers/promises'
import { SessionError, type SessionStore, StoredSession, type StoredSessionOptions } from '@sessions/core'
import { type Item, type Mutant, OpenSession, session, store } from './mutant.ts'
import type { Entry } from './place.ts'
import { PlainStore } from './plain-store.ts'

export const readMutants: readonly Mutant[] = [
  store(
    'oldest-instead-of-newest',
    'gives the first of the items for a limit',
    ['limit/newest'],
    class extends PlainStore {
      protected override newest(records: string[], limit: number | undefined): string[] {
        return records.slice(0, limit)
      }
    },
  ),
  store(
    'newest-reversed',
    'forgets to turn what it read from the end',
    ['limit/newest'],
    class extends PlainStore {
      protected override newest(records: string[], limit: number | undefined): string[] {
        return limit === undefined ? records : records.slice(-limit).reverse()
      }
    },
  ),
  store(
    'limit-capped-at-100',
    'gives at most 100 items for a limit',
    ['limit/newest'],
    class extends PlainStore {
      protected override newest(records: string[], limit: number | undefined): string[] {
        return super.newest(records, limit && Math.min(limit, 100))
      }
    },
  ),
  store(
    'capped-at-1000',
    'gives one page of 1,000 where there is no limit',
    ['limit/unlimited'],
    class extends PlainStore {
      protected override newest(records: string[], limit: number | undefined): string[] {
        return super.newest(records, limit ?? 1_000)
      }
    },
  ),
  store(
    'limit-as-32-bit',
    'passes the limit as an integer of 32 bits',
    ['limit/more-than-there-are'],
    class extends PlainStore {
      protected override newest(records: string[], limit: number | undefined): string[] {
        return limit === undefined ? records : records.slice(-(limit | 0) || records.length)
      }
    },
  ),
  session(
    'limit-zero-is-all',
    'takes 0 for no limit',
    ['limit/zero-and-less'],
    class extends OpenSession {
      override async getItems(limit?: number): Promise<Item[]> {
        return super.getItems(limit || undefined)
      }
    },
  ),
  session(
    'negative-limit-is-all',
    'takes a negative limit for none, as SQLite does',
    ['limit/zero-and-less'],
    class extends OpenSession {
      override async getItems(limit?: number): Promise<Item[]> {
        return super.getItems(limit !== undefined && limit < 0 ? undefined : limit)
      }
    },
  ),
  session(
    'limit-truncated',
    'makes an integer of any limit',
    ['limit/refused'],
    class extends OpenSession {
      override async getItems(limit?: number): Promise<Item[]> {
        return super.getItems(limit === undefined ? undefined : Math.trunc(Number(limit)) || 0)
      }
    },
  ),
  session(
    'default-limit-forgotten',
    'takes the option, and reads everything',
    ['limit/default'],
    class extends StoredSession<Item> {
      constructor(log: SessionStore, sessionId: string, { limit: _, ...options }: StoredSessionOptions<Item> = {}) {
        super(log, sessionId, options)
      }
    },
  ),
  session(
    'default-limit-is-the-most',
    'takes the default limit for the largest one there may be',
    ['limit/default'],
    class extends StoredSession<Item> {
      readonly #most: number

      constructor(log: SessionStore, sessionId: string, options: StoredSessionOptions<Item> = {}) {
        super(log, sessionId, options)
        this.#most = options.limit ?? Number.MAX_SAFE_INTEGER
      }

      override async getItems(limit?: number): Promise<Item[]> {
        return super.getItems(limit === undefined ? limit : Math.min(limit, this.#most))
      }
    },
  ),
  session(
    'default-limit-everywhere',
    'reads what it changes by its own method, which goes by the default limit',
    ['limit/default'],
    class extends StoredSession<Item> {
      override async *items(): AsyncIterable<Item> {
        yield* await this.getItems()
      }
    },
  ),
  store(
    'pops-oldest',
    'drops from the wrong end',
    ['pop/newest-first'],
    class extends PlainStore {
      protected override drop({ records }: Entry, drop: number | 'all'): string[] {
        return records.splice(0, drop === 'all' ? records.length : drop)
      }
    },
  ),
  store(
    'pop-only-marks',
    'marks a popped item, and forgets the mark with the next append',
    ['pop/then-append'],
    class extends PlainStore {
      readonly #marked: string[] = []

      protected override drop(entry: Entry, drop: number | 'all'): string[] {
        const dropped = super.drop(entry, drop)
        this.#marked.push(...dropped)
        return dropped
      }

      protected override append(records: string[], added: readonly string[]): void {
        super.append(records, [...this.#marked.splice(0), ...added])
      }
    },
  ),
  session(
    'pop-not-atomic',
    'reads the newest item, then drops whatever is newest by then',
    ['pop/concurrent', 'pop/while-appending', 'model/interleavings'],
    class extends OpenSession {
      override async popItem(): Promise<Item | undefined> {
        const [item] = await super.getItems(1)
        await moment()
        if (item !== undefined) await this.log.records.commit(this.sessionId, { drop: 1 })
        return item
      }
    },
  ),
  session(
    'pop-before-decoding',
    'removes the record before it knows that it can be decoded',
    ['pop/corrupt-stays'],
    class extends OpenSession {
      override async popItem(): Promise<Item | undefined> {
        const result = await this.log.records.commit(this.sessionId, { drop: 1 })
        const [record] = result.status === 'applied' ? result.dropped : []
        if (record === undefined) return undefined
        return parse(record)
      }
    },
  ),
  session(
    'corrupt-skipped',
    'skips what it cannot decode, and counts it towards the limit',
    ['pop/corrupt-stays', 'pop/corrupt-skipped-on-request'],
    class extends OpenSession {
      override async getItems(limit?: number): Promise<Item[]> {
        return (await this.log.records.read(this.sessionId, limit)).flatMap((record) => {
          try {
            return [parse(record)]
          } catch {
            return []
          }
        })
      }
    },
  ),
  session(
    'corrupt-quoted',
    'quotes the record that it cannot decode',
    ['pop/corrupt-stays'],
    class extends OpenSession {
      override async getItems(limit?: number): Promise<Item[]> {
        return super.getItems(limit).catch(async (error: Error) => {
          error.message += ` It was ${await this.log.records.read(this.sessionId, 1)}`
          throw error
        })
      }
    },
  ),
]

function parse(record: string): Item {
  try {
    const item: unknown = JSON.parse(record)
    if (typeof item === 'object' && item !== null && !Array.isArray(item)) return item as Item
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new SessionError('SESSION_RECORD_CORRUPT', 'A record is damaged.')
}
