import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { SessionError } from '../errors/session-error.ts'
import { isOpenToFunctions } from '../session/history-access.ts'
import type { CompactionResult, Compactor, ModelExchange, RunCompactionArgs, UnderlyingSession } from './compactor.ts'
import { OneWrite } from './one-write.ts'

/** The part of an OpenAI client that is used. */
export interface CompactionClient {
  responses: { compact(request: never): PromiseLike<unknown> }
}

/** What a decision is made on, as the SDK describes it. */
export interface CompactionDecision {
  responseId: string | undefined
  compactionMode: 'previous_response_id' | 'input' | 'auto'
  /** All items but those of the user and compaction items. */
  compactionCandidateItems: AgentInputItem[]
  sessionItems: AgentInputItem[]
}

/** The options of the SDK's class. */
export interface ClientOptions {
  /** Is asked for `responses.compact`. */
  client: CompactionClient
  /** Default: that of the SDK. */
  model?: string
  compactionMode?: 'previous_response_id' | 'input' | 'auto'
  /** Longer histories are not compacted. */
  maxRollbackItems?: number
  /** Default: with 10 items that are not the user's, as in the SDK. */
  shouldTriggerCompaction?: (decision: CompactionDecision) => boolean | Promise<boolean>
}

/** What is used of the SDK's class. */
interface SDKCompactingSession {
  runCompaction(
    args: RunCompactionArgs,
    runContext: undefined,
    ownership: object | null | undefined,
    exchange: ModelExchange | undefined,
  ): Promise<CompactionResult | null>
  getItemsWithCompactionOwnership(): Promise<{ items: AgentInputItem[]; ownership: object }>
  addItemsWithCompactionOwnership(items: AgentInputItem[], ownership: object | null): Promise<void>
  popItem(): Promise<AgentInputItem | undefined>
  clearSession(): Promise<void>
}

/** The `DEFAULT_COMPACTION_THRESHOLD` of `@openai/agents-openai` 0.20.0. */
const threshold = 10

function isLong({ compactionCandidateItems }: CompactionDecision): boolean {
  return compactionCandidateItems.length >= threshold
}

/** Compacts by the API, as the SDK does; over a session of ours, in one write. */
export class SDKCompactor implements Compactor<AgentInputItem> {
  readonly #options: ClientOptions
  readonly #session: UnderlyingSession
  readonly #oneWrite: OneWrite<AgentInputItem> | undefined
  #sdk: Promise<SDKCompactingSession> | undefined
  #last: Promise<unknown> = Promise.resolve()
  /** What is known of the run under way: whether it is forced, and whether the SDK may go by what it has read at some earlier time. */
  #under = { isForced: false, mayBeOld: false }

  constructor(session: UnderlyingSession, options: ClientOptions) {
    this.#options = options
    this.#oneWrite = isOpenToFunctions<AgentInputItem>(session) ? new OneWrite(session) : undefined
    this.#session = this.#oneWrite ?? session
  }

  run(
    args: RunCompactionArgs,
    ownership: object | null | undefined,
    exchange?: ModelExchange,
  ): Promise<CompactionResult | null> {
    const begin = (): Promise<CompactionResult | null> => this.#run(args, ownership, exchange)
    const mine = this.#last.then(begin, begin)
    this.#last = mine
    return mine
  }

  async getItemsWithOwnership(): Promise<{ items: AgentInputItem[]; ownership: object }> {
    const { items, ownership } = await (await this.#open()).getItemsWithCompactionOwnership()
    return { items: (await this.#oneWrite?.read(items)) ?? items, ownership }
  }

  async addItems(items: AgentInputItem[], ownership: object | null): Promise<void> {
    await (await this.#open()).addItemsWithCompactionOwnership(items, ownership)
  }

  async popItem(): Promise<AgentInputItem | undefined> {
    return await (await this.#open()).popItem()
  }

  async clearSession(): Promise<void> {
    await (await this.#open()).clearSession()
  }

  /** Only a manual run is decided on what the SDK has read at some earlier time; where that is not all, one that begins anew reads again. */
  async #run(
    args: RunCompactionArgs,
    ownership: object | null | undefined,
    exchange: ModelExchange | undefined,
  ): Promise<CompactionResult | null> {
    const mayBeOld = ownership === undefined && this.#sdk !== undefined
    try {
      return await this.#attempt(args, mayBeOld, ownership, exchange)
    } catch (error) {
      if (!mayBeOld || this.#oneWrite?.isStale !== true) throw error
      this.#sdk = undefined
      return await this.#attempt(args, false, ownership, exchange)
    }
  }

  async #attempt(
    { force = false, ...args }: RunCompactionArgs,
    mayBeOld: boolean,
    ownership: object | null | undefined,
    exchange: ModelExchange | undefined,
  ): Promise<CompactionResult | null> {
    const sdk = await this.#open()
    this.#under = { isForced: force, mayBeOld }
    if (this.#oneWrite !== undefined) this.#oneWrite.isStale = false
    let result: CompactionResult | null = null
    try {
      result = await sdk.runCompaction(args, undefined, ownership, exchange)
    } finally {
      await this.#oneWrite?.end(result !== null)
    }
    return result
  }

  /** The SDK asks this in every run, also in one that is forced, since it is not told so. */
  async #decide(decision: CompactionDecision): Promise<boolean> {
    const { shouldTriggerCompaction: asked } = this.#options
    const { isForced, mayBeOld } = this.#under
    if (mayBeOld) await this.#oneWrite?.begin(decision.sessionItems, true)
    const isDue = isForced || (await (asked ?? isLong)(decision))
    if (isDue && !mayBeOld) await this.#oneWrite?.begin(decision.sessionItems, false)
    return isDue
  }

  #open(): Promise<SDKCompactingSession> {
    this.#sdk ??= this.#create()
    return this.#sdk
  }

  async #create(): Promise<SDKCompactingSession> {
    const { OpenAIResponsesCompactionSession } = await importSDK()
    const options = {
      ...this.#options,
      underlyingSession: this.#session,
      shouldTriggerCompaction: (decision: CompactionDecision) => this.#decide(decision),
    }
    type Options = ConstructorParameters<typeof OpenAIResponsesCompactionSession>[0]
    return new OpenAIResponsesCompactionSession(options as unknown as Options)
  }
}

/** The SDK is an optional peer, and is loaded only by who needs it. */
async function importSDK(): Promise<typeof import('@openai/agents')> {
  try {
    return await import('@openai/agents')
  } catch (error) {
    if ((error as { code?: unknown } | undefined)?.code !== 'ERR_MODULE_NOT_FOUND') throw error
    const message = 'A compacting session with a client needs the package @openai/agents.'
    throw new SessionError('SESSION_UNSUPPORTED', message, { cause: error })
  }
}
