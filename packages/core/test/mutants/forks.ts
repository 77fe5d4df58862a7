import { setImmediate as moment } from 'node:timers/promises'
import { type ForkOptions, type ForkRequest, type ForkResult, forkMetadata, type SessionInfo } from '@sessions/core'
import { HistoryStore } from './history-store.ts'
import { type Mutant, store } from './mutant.ts'
import type { Entry } from './place.ts'

export const forkMutants: readonly Mutant[] = [
  store(
    'fork-excludes-its-end',
    'takes what stands before the entry that it is told',
    ['fork/whole', 'fork/model'],
    class extends HistoryStore {
      protected override forked(source: Entry, end: number): Entry {
        return super.forked(source, end === source.records.length ? end : end - 1)
      }
    },
  ),
  store(
    'fork-copies-ids',
    'copies rows with their ids',
    ['fork/whole'],
    class extends HistoryStore {
      protected override forked(source: Entry, end: number): Entry {
        return { ...super.forked(source, end), ids: source.ids?.slice(0, end) ?? [] }
      }
    },
  ),
  store(
    'fork-is-written-now',
    'gives every entry of a fork the time of the fork',
    ['fork/whole'],
    class extends HistoryStore {
      protected override forked(source: Entry, end: number): Entry {
        const forked = super.forked(source, end)
        return { ...forked, times: forked.records.map(() => this.now() + 1) }
      }
    },
  ),
  store(
    'fork-shares-its-end',
    'lets a fork and its source write to one log',
    ['fork/whole'],
    class extends HistoryStore {
      #source = ''
      #fork = ''

      protected override fork(request: ForkRequest): ForkResult {
        const result = super.fork(request)
        if (result === 'forked' && request.upTo === undefined) [this.#source, this.#fork] = [request.from, request.to]
        return result
      }

      protected override save(sessionId: string, entry: Entry): void {
        super.save(sessionId, entry)
        if (sessionId !== this.#source || this.#fork === '') return
        const fork = this.load(this.#fork)
        if (fork !== undefined) super.save(this.#fork, { ...fork, records: entry.records, ids: entry.ids ?? [] })
      }
    },
  ),
  store(
    'fork-without-metadata',
    'forks the history alone',
    ['fork/metadata'],
    class extends HistoryStore {
      protected override fork(request: ForkRequest): ForkResult {
        const result = super.fork(request)
        const fork = this.load(request.to)
        if (result === 'forked' && fork !== undefined) {
          this.save(request.to, { ...fork, metadata: forkMetadata(request, {}) })
        }
        return result
      }
    },
  ),
  store(
    'fork-with-usage',
    'copies metadata as they are',
    ['fork/metadata'],
    class extends HistoryStore {
      protected override fork(request: ForkRequest): ForkResult {
        const usage = this.load(request.from)?.metadata.usage
        const result = super.fork(request)
        const fork = this.load(request.to)
        if (result === 'forked' && fork !== undefined && usage !== undefined) {
          this.save(request.to, { ...fork, metadata: { ...fork.metadata, usage } })
        }
        return result
      }
    },
  ),
  store(
    'fork-overwrites',
    'takes the place of a session that is there',
    ['fork/exists'],
    class extends HistoryStore {
      protected override fork(request: ForkRequest): ForkResult {
        if (this.load(request.to) !== undefined) this.remove(request.to)
        return super.fork(request)
      }
    },
  ),
  store(
    'fork-minds-the-dead',
    'finds a session that has expired in its way',
    ['fork/exists'],
    class extends HistoryStore {
      protected override fork(request: ForkRequest): ForkResult {
        return this.place.read(this.key(request.to)) === undefined ? super.fork(request) : 'exists'
      }
    },
  ),
  store(
    'fork-of-nothing',
    'makes an empty session of one that is not there',
    ['fork/absent'],
    class extends HistoryStore {
      protected override fork(request: ForkRequest): ForkResult {
        if (this.load(request.from) !== undefined) return super.fork(request)
        this.save(request.to, { ...this.create(), metadata: { forkedFrom: request.from } })
        return 'forked'
      }
    },
  ),
  store(
    'fork-whole-for-unknown',
    'takes all where it does not know the entry',
    ['fork/absent'],
    class extends HistoryStore {
      protected override fork({ upTo, ...request }: ForkRequest): ForkResult {
        const known = upTo !== undefined && this.load(request.from)?.ids?.includes(upTo) === true
        return super.fork(known ? { ...request, upTo } : request)
      }
    },
  ),
  store(
    'fork-with-operations',
    'copies the operation ids too',
    ['fork/operations'],
    class extends HistoryStore {
      protected override forked(source: Entry, end: number): Entry {
        return { ...super.forked(source, end), operations: source.operations }
      }
    },
  ),
  store(
    'fork-takes-operations-along',
    'hands the operation ids on, so that the source has none',
    ['fork/operations'],
    class extends HistoryStore {
      protected override fork(request: ForkRequest): ForkResult {
        const result = super.fork(request)
        const source = this.load(request.from)
        if (source !== undefined) this.save(request.from, { ...source, operations: this.create().operations })
        return result
      }
    },
  ),
  store(
    'fork-record-by-record',
    'reads and copies one record after the other while others write',
    ['fork/while-writing'],
    class extends HistoryStore {
      protected override async _fork(request: ForkRequest): Promise<ForkResult> {
        const size = this.load(request.from)?.records.length ?? 0
        if (size < 7) return super._fork(request)
        // So that others do write meanwhile, however the machine shares its time.
        for (let turns = 0; turns < 100 && this.load(request.from)?.records.length === size; turns++) await moment()
        const upTo = this.load(request.from)?.ids?.[size]
        return super._fork(upTo === undefined ? request : { ...request, upTo })
      }
    },
  ),
  store(
    'fork-looks-first',
    'looks whether there is such a session, thinks, and writes it',
    ['fork/while-writing'],
    class extends HistoryStore {
      protected override async _fork(request: ForkRequest): Promise<ForkResult> {
        if (this.load(request.to) !== undefined) return 'exists'
        await moment()
        if (this.load(request.to) !== undefined) this.remove(request.to)
        return super._fork(request)
      }
    },
  ),
  store(
    'fork-onto-itself',
    'takes any two ids',
    ['fork/refused'],
    class extends HistoryStore {
      override async forkSession(from: string, to: string, options: ForkOptions = {}): Promise<SessionInfo> {
        if (from !== to) return super.forkSession(from, to, options)
        return (await this._info(from)) as SessionInfo
      }
    },
  ),
  store(
    'fork-options-dropped',
    'takes what it knows of the options',
    ['fork/refused'],
    class extends HistoryStore {
      override async forkSession(from: string, to: string, options: ForkOptions = {}): Promise<SessionInfo> {
        const { upTo, metadata } = options
        return super.forkSession(from, to, {
          ...(typeof upTo === 'string' && { upTo }),
          ...(metadata?.constructor === Object && { metadata }),
        })
      }
    },
  ),
]
