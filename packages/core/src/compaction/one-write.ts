import { canonicalJSON } from '../codec/json.ts'
import { plain } from '../codec/records.ts'
import { SessionError } from '../errors/session-error.ts'
import { type HistoryAccess, type OpenToFunctions, onHistory } from '../session/history-access.ts'
import { readPlaced } from '../session/placed-history.ts'
import { type Beginning, replaceBeginning } from './beginning.ts'
import type { UnderlyingSession } from './compactor.ts'

/** Where a compaction stands: what it stands for was settled, the history was "cleared", the output written or refused. */
type Step<TItem extends object> =
  | { at: 'begun' | 'cleared'; beginning: Beginning<TItem> }
  | { at: 'written' | 'refused' }

/**
 * A session for the SDK's compaction, which clears a history and then adds what is to take its place: of the two this makes one conditional
 * write. What the SDK does to restore a history after a failure does nothing, since nothing was changed.
 */
export class OneWrite<TItem extends object> implements UnderlyingSession<TItem> {
  readonly #session: UnderlyingSession<TItem> & OpenToFunctions<TItem>
  /** Absent where no compaction is under way. */
  #step: Step<TItem> | undefined
  /** Whether the SDK took something for the history that it had read at some earlier time. */
  isStale = false

  constructor(session: UnderlyingSession<TItem> & OpenToFunctions<TItem>) {
    this.#session = session
    const { prepareHistoryItemsForPersistenceComparison: prepare } = session as Preparing<TItem>
    if (prepare !== undefined) {
      Object.defineProperty(this, 'prepareHistoryItemsForPersistenceComparison', { value: prepare.bind(session) })
    }
  }

  /**
   * Settles that the compaction stands for these items. @throws SESSION_CONFLICT where the history does not begin with them
   * @param asAll - whether they must be all there is
   */
  async begin(items: readonly TItem[], asAll: boolean): Promise<void> {
    const beginning = await this.#session[onHistory]('runCompaction', (access) => beginningWith(access, items, asAll))
    if (beginning === undefined) {
      this.isStale = true
      throw new SessionError('SESSION_CONFLICT', 'The history was changed meanwhile. Nothing was compacted.')
    }
    this.#step = { at: 'begun', beginning }
  }

  /** Ends it: an empty output was never added. */
  async end(isDone: boolean): Promise<void> {
    const step = this.#step
    this.#step = undefined
    if (isDone && step?.at === 'cleared') await this.#replace(step.beginning, [])
  }

  getSessionId(): Promise<string> {
    return this.#session.getSessionId()
  }

  /** What is compacted is all there is, whatever the default limit of the session. */
  getItems(limit: number = Number.MAX_SAFE_INTEGER): Promise<TItem[]> {
    return this.#session.getItems(limit)
  }

  /** What `getItems()` of the session gives of all items. */
  async read(items: TItem[]): Promise<TItem[]> {
    const limit = await this.#session[onHistory]('getItems', async (access) => access.limit)
    return limit === undefined ? items : items.slice(-limit)
  }

  async addItems(items: TItem[]): Promise<void> {
    const step = this.#step
    if (step === undefined || step.at === 'begun') return await this.#session.addItems(items)
    if (step.at !== 'cleared') return
    this.#step = { at: 'refused' }
    await this.#replace(step.beginning, items)
    this.#step = { at: 'written' }
  }

  popItem(): Promise<TItem | undefined> {
    return this.#session.popItem()
  }

  async clearSession(): Promise<void> {
    const step = this.#step
    if (step === undefined) return await this.#session.clearSession()
    if (step.at === 'begun') this.#step = { at: 'cleared', beginning: step.beginning }
  }

  async #replace(beginning: Beginning<TItem>, items: readonly TItem[]): Promise<void> {
    await this.#session[onHistory]('runCompaction', async (access) =>
      replaceBeginning(access, beginning, await access.items.encode(items)),
    )
  }
}

interface Preparing<TItem> {
  prepareHistoryItemsForPersistenceComparison?(items: TItem[]): TItem[]
}

/** The oldest records, if they mean these items. */
async function beginningWith<TItem extends object>(
  access: HistoryAccess<TItem>,
  items: readonly TItem[],
  asAll: boolean,
): Promise<Beginning<TItem> | undefined> {
  const { entries: all } = await readPlaced(access.records, access.sessionId)
  if (asAll && all.length > items.length) return undefined
  const entries = all.slice(0, items.length)
  const stored = await access.items.decode(entries.map(({ record }) => record))
  const isSame = stored.length === items.length && stored.every((item, index) => means(item, items[index] as TItem))
  return isSame ? { entries, items: stored } : undefined
}

function means(one: object, other: object): boolean {
  return canonicalJSON(plain(one)) === canonicalJSON(plain(other))
}
