import { assertOptions, type OptionTypes } from '../call/validate.ts'
import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { SessionError } from '../errors/session-error.ts'
import {
  acquireFor,
  type ExclusiveOptions,
  type ExclusiveWork,
  type Held,
  type HoldableFor,
  whileHeld,
} from '../session/lease/exclusive.ts'
import { checkSummary, type SummaryOptions, summaryTypes } from './compact-history.ts'
import type { CompactionResult, Compactor, ModelExchange, RunCompactionArgs, UnderlyingSession } from './compactor.ts'
import { type ClientOptions, SDKCompactor } from './sdk-compactor.ts'
import { SummaryCompactor } from './summary-compactor.ts'

/** What every compacting session takes. */
interface CommonOptions<TItem extends object> {
  /** Where the history is kept. It stays open. */
  underlyingSession: UnderlyingSession<TItem>
  /**
   * Is told why a compaction that the runner asked for has failed; the run goes on, and the history is as it was. What it throws ends the
   * run. Default: writes the name and the code of the error to the console.
   */
  onError?: (error: unknown) => void | Promise<void>
}

/** A session, and who compacts it: a function, or the API as the SDK asks it. */
export type CompactingSessionOptions<TItem extends object = AgentInputItem> = CommonOptions<TItem> &
  (SummaryOptions<TItem> | ClientOptions)

const commonTypes: OptionTypes = { underlyingSession: 'object', onError: 'object' }
const clientTypes: OptionTypes = {
  client: 'object',
  model: 'string',
  compactionMode: 'string',
  maxRollbackItems: 'number',
  shouldTriggerCompaction: 'object',
}
const owner = 'CompactingSession'

/**
 * A session that is compacted after turns, for `run(agent, input, { session })`, in the place of the SDK's
 * `OpenAIResponsesCompactionSession`. Over a session of this library the compacted history takes the place of the old one in one write: a
 * process that ends in the middle leaves one or the other, what others add meanwhile is kept, and so are metadata. Over anybody else's, with
 * `client`, it is as safe as the SDK's class; with `summarize` it rejects with SESSION_UNSUPPORTED.
 *
 * A compaction that the runner asks for never ends its run: where it fails, or the history was changed meanwhile, `onError` is told.
 */
export class CompactingSession<TItem extends object = AgentInputItem> {
  readonly #session: UnderlyingSession<TItem>
  readonly #compactor: Compactor<TItem>
  readonly #onError: (error: unknown) => void | Promise<void>
  /** For the runner, where the underlying session has it. */
  declare readonly prepareHistoryItemsForPersistenceComparison?: (items: TItem[]) => TItem[]

  /** @throws TypeError or RangeError that names the option */
  constructor(options: CompactingSessionOptions<TItem>) {
    const byClient = 'client' in (options ?? {})
    const types = { ...commonTypes, ...(byClient ? clientTypes : summaryTypes) }
    const required = byClient ? ['underlyingSession', 'client'] : ['underlyingSession', 'keepTurns', 'summarize']
    assertOptions(owner, options, types, required)
    const { underlyingSession, onError = report, ...how } = options
    this.#session = checkUnderlying(underlyingSession)
    if (typeof onError !== 'function') throw new TypeError('onError must be a function.')
    this.#onError = onError
    this.#compactor =
      'client' in how
        ? // The API knows no other items than the SDK's.
          (new SDKCompactor(underlyingSession as UnderlyingSession, checkClient(how)) as unknown as Compactor<TItem>)
        : new SummaryCompactor(underlyingSession, checkSummary(owner, how))
    const { prepareHistoryItemsForPersistenceComparison: prepare } = underlyingSession as Partial<this>
    if (prepare !== undefined) {
      Object.defineProperty(this, 'prepareHistoryItemsForPersistenceComparison', {
        value: prepare.bind(underlyingSession),
      })
    }
  }

  getSessionId(): Promise<string> {
    return this.#session.getSessionId()
  }

  getItems(limit?: number): Promise<TItem[]> {
    return this.#session.getItems(limit)
  }

  addItems(items: TItem[]): Promise<void> {
    return this.#compactor.addItems(items, null)
  }

  popItem(): Promise<TItem | undefined> {
    return this.#compactor.popItem()
  }

  clearSession(): Promise<void> {
    return this.#compactor.clearSession()
  }

  /** For the runner: all items, and what says later that nobody else has written since through this session. */
  getItemsWithCompactionOwnership(): Promise<{ items: TItem[]; ownership: object }> {
    return this.#compactor.getItemsWithOwnership()
  }

  /** For the runner: its own writes leave it the owner. */
  addItemsWithCompactionOwnership(items: TItem[], ownership: object | null): Promise<void> {
    return this.#compactor.addItems(items, ownership)
  }

  /**
   * Compacts if it is time, or with `force`; `null` where there was nothing to do. The runner calls it after each turn, with its ownership:
   * `null`, or one that is not valid any more, skips. Without ownership it is a call of yours, which rejects where it fails.
   * @throws SESSION_CONFLICT where what was compacted was changed meanwhile; what the API or `summarize` throws
   */
  async runCompaction(
    args: RunCompactionArgs = {},
    _runContext?: unknown,
    ownership?: object | null,
    exchange?: ModelExchange,
  ): Promise<CompactionResult | null> {
    try {
      return await this.#compactor.run(args, ownership, exchange)
    } catch (error) {
      if (ownership === undefined) throw error
      await this.#onError(error)
      return null
    }
  }

  /** As `exclusive` of the underlying session, with a compacting session. @throws SESSION_UNSUPPORTED where that has none */
  async exclusive<T>(work: ExclusiveWork<this, T>, options: ExclusiveOptions = {}): Promise<T> {
    return await whileHeld(() => this.acquire(options), work)
  }

  /** As `acquire` of the underlying session, likewise. */
  async acquire(options: ExclusiveOptions = {}): Promise<Held<this>> {
    const underlying = this.#session as Partial<HoldableFor>
    if (underlying[acquireFor] !== undefined) return await underlying[acquireFor](this, options)
    throw new SessionError('SESSION_UNSUPPORTED', 'The underlying session cannot be held.')
  }
}

export type { CompactionResult, RunCompactionArgs } from './compactor.ts'
export type { CompactionClient, CompactionDecision } from './sdk-compactor.ts'

const required = ['getSessionId', 'getItems', 'addItems', 'popItem', 'clearSession'] as const

function checkUnderlying<TSession extends object>(session: TSession): TSession {
  const methods = session as Partial<Record<string, unknown>>
  const missing = required.find((name) => typeof methods[name] !== 'function')
  if (missing !== undefined) throw new TypeError(`underlyingSession must be a session; it has no ${missing}().`)
  return session
}

function checkClient(options: ClientOptions): ClientOptions {
  const { client, shouldTriggerCompaction: decide } = options
  if (typeof client.responses?.compact !== 'function') throw new TypeError('client must have responses.compact().')
  if (decide !== undefined && typeof decide !== 'function') {
    throw new TypeError('shouldTriggerCompaction must be a function.')
  }
  return options
}

/** Never what the error says: it may quote items. */
function report(error: unknown): void {
  const { name = 'an error', code } = (error ?? {}) as { name?: string; code?: unknown }
  console.warn(
    `sessions: a compaction failed (${name}${code === undefined ? '' : `, ${code}`}); the history is as it was.`,
  )
}
