import type { EntryQuery } from '../store/record-entry.ts'
import type { RecordStore } from '../store/record-store.ts'
import { Entries, type Page } from './entries.ts'
import type { SessionAccess } from './history-access.ts'
import { type checkExclusive, type Held, type Holdable, hold } from './lease/exclusive.ts'
import { type MetadataUpdate, updateMetadata } from './metadata-update.ts'
import { type ReplaceResult, replaceHistory } from './replacement.ts'
import { type RewindTarget, type Turn, Turns } from './turns.ts'
import { type WatchEvent, type WatchOptions, watching } from './watch.ts'

/** What a session can do beyond what the SDK asks for, each in a file of its own. Arguments are checked. */
export class Abilities<TItem extends object> {
  readonly #store: RecordStore
  readonly #access: SessionAccess<TItem>
  readonly #entries: Entries<TItem>
  readonly #turns: Turns<TItem>

  constructor(store: RecordStore, access: SessionAccess<TItem>) {
    this.#store = store
    this.#access = access
    this.#entries = new Entries(access)
    this.#turns = new Turns(access, this.#entries)
  }

  page(query: EntryQuery): Promise<Page<TItem>> {
    return this.#entries.page(query)
  }

  turns(limit: number | undefined): Promise<Turn<TItem>[]> {
    return this.#turns.newest(limit)
  }

  rewind(to: RewindTarget): Promise<TItem[]> {
    return this.#turns.rewind(to)
  }

  replace(items: readonly TItem[], expectNewest: string | null | undefined): Promise<ReplaceResult> {
    return replaceHistory(this.#access, items, expectNewest)
  }

  updateMetadata(update: MetadataUpdate): Promise<{ error: unknown } | undefined> {
    return updateMetadata(this.#access, this.#store, update)
  }

  /** The session and its store stay open until the holder lets go. */
  hold<TSession extends Holdable>(
    session: TSession,
    options: ReturnType<typeof checkExclusive>,
  ): Promise<Held<TSession>> {
    const { records, hold: holdSession } = this.#access
    return hold(session, records, options, () => {
      const holds = [holdSession(), records.hold()]
      return { holds: new Set(holds.map(({ of }) => of)), end: () => holds.forEach(({ end }) => void end()) }
    })
  }

  watch(options: WatchOptions): AsyncIterable<WatchEvent<TItem>> {
    const { run, onClose } = this.#access
    return watching(this.#access, this.#entries, options, { run: (work) => run('watch', work), onClose })
  }
}
