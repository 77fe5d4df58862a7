import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { takeItems } from '../codec/plain-data.ts'
import { checkPageOptions, type EntryQuery, type PageOptions } from '../store/record-entry.ts'
import { Entries, type Page } from './entries.ts'
import { type OpenToFunctions, onHistory } from './history-access.ts'
import {
  acquireFor,
  type ExclusiveOptions,
  type ExclusiveWork,
  type Held,
  type HoldableFor,
  holdSession,
  whileHeld,
} from './lease/exclusive.ts'
import { checkUpdate, type MetadataUpdate, updateMetadata } from './metadata-update.ts'
import { checkExpectNewest, type ReplaceResult, replaceHistory } from './replacement.ts'
import { SDKSession } from './sdk-session.ts'
import { checkRewind, checkTurnsLimit, type RewindTarget, type Turn, Turns } from './turns.ts'
import { checkWatch, type WatchEvent, type WatchOptions, watching } from './watch.ts'

/**
 * A {@link Session} over a {@link SessionStore}: what the SDK asks for, and what a user interface and a server need beyond it. Each
 * ability stands in a file of its own.
 */
export class StoredSession<TItem extends object = AgentInputItem> extends SDKSession<TItem> {
  /**
   * The newest `limit` entries, or those right before or right after one of them, oldest first. `older` and `newer` lead on.
   * @throws SESSION_CONFLICT where the entry `before` or `after` is gone; SESSION_UNSUPPORTED where the store keeps no places
   */
  async page(options: PageOptions = {}): Promise<Page<TItem>> {
    const check = (): EntryQuery => checkPageOptions(options)
    return await this.ordered('page', check, (records, query) => new Entries(this.access(records)).page(query))
  }

  /** The newest `limit` turns, oldest first; all without a limit. @throws SESSION_UNSUPPORTED where the store keeps no places */
  async turns(options: { limit?: number } = {}): Promise<Turn<TItem>[]> {
    const check = (): number | undefined => checkTurnsLimit(options)
    return await this.ordered('turns', check, (records, limit) => new Turns(this.access(records)).newest(limit))
  }

  /**
   * Removes an entry and all that follows it, or the newest `turns`, in one write, and gives them back, oldest first. An entry may stand
   * between a call and its result. More turns than there are: all of them, but not what precedes the first.
   * @throws SESSION_CONFLICT where there is no such entry; SESSION_RECORD_CORRUPT, and then nothing is removed
   */
  async rewind(to: RewindTarget): Promise<TItem[]> {
    const check = (): RewindTarget => checkRewind(to)
    return await this.ordered('rewind', check, (records, target) =>
      new Turns(this.accessToWrite(records)).rewind(target),
    )
  }

  /**
   * Makes the history equal to `items` in one write; without `expectNewest`, whatever others added meanwhile is replaced too. The longest
   * common beginning stays as it is. With `expectNewest`, the id of an entry or `null` for an empty history, only if nobody added since.
   * @throws SESSION_CONFLICT where somebody did
   */
  async replaceItems(items: readonly TItem[], options: { expectNewest?: string | null } = {}): Promise<ReplaceResult> {
    const check = (): { taken: TItem[]; expectNewest: string | null | undefined } => ({
      taken: takeItems(items, 'items'),
      expectNewest: checkExpectNewest(options),
    })
    return await this.ordered('replaceItems', check, (records, { taken, expectNewest }) =>
      replaceHistory(this.accessToWrite(records), taken, expectNewest),
    )
  }

  /** Merges what `update` makes of the metadata; it is asked again where somebody changed them meanwhile. */
  async updateMetadata(update: MetadataUpdate): Promise<void> {
    const check = (): MetadataUpdate => checkUpdate(update)
    return await this.runChecked('updateMetadata', check, () => updateMetadata(this.access(), update))
  }

  /**
   * Runs `work` while nobody else of this library holds the session:
   * `session.exclusive(({ session, signal }) => run(agent, input, { session, signal }))`. The writes of the session that it is given are
   * refused with SESSION_LEASE_LOST once the hold is lost.
   * @throws SESSION_IN_USE where somebody else holds it; SESSION_UNSUPPORTED where the store keeps no leases
   */
  async exclusive<T>(work: ExclusiveWork<this, T>, options: ExclusiveOptions = {}): Promise<T> {
    return await whileHeld(() => this.acquire(options), work)
  }

  /** The same without a function, for a run that ends elsewhere: whoever acquires releases. */
  async acquire(options: ExclusiveOptions = {}): Promise<Held<this>> {
    return await holdSession(this, this.access(), options, () => this.hold())
  }

  /**
   * What is added from now on, or after an entry, or from the beginning (`null`): every entry that is there at a look once, in order. A look
   * comes when the backend tells, at the latest after a second. Ends when the session or its store is closed.
   */
  watch(options: WatchOptions = {}): AsyncIterable<WatchEvent<TItem>> {
    return watching(this.access(), checkWatch(options), {
      run: (work) => this.run('watch', work),
      onClose: (onClose) => this.onClose(onClose),
    })
  }

  // A declaration cannot name a computed symbol, and completion need not.
  static {
    const methods: OpenToFunctions<object> & HoldableFor = {
      async [onHistory](operation, work) {
        const session = this as unknown as StoredSession<object>
        return await session.run(operation, () => work(session.accessToWrite(session.access().records)))
      },
      async [acquireFor](handle, options) {
        const session = this as unknown as StoredSession<object>
        return await holdSession(handle, session.access(), options, () => session.hold())
      },
    }
    // biome-ignore lint/complexity/noThisInStatic: a compiled class has its name only after its static block
    Object.defineProperties(this.prototype, Object.getOwnPropertyDescriptors(methods))
  }
}
