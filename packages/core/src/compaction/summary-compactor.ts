import { LongCall } from '../call/long-call.ts'
import { type Policy, summarizeHistory } from './compact-history.ts'
import type { CompactionResult, Compactor, RunCompactionArgs, UnderlyingSession } from './compactor.ts'
import { Ownership } from './ownership.ts'

/** What the SDK adds to a run's usage: nobody knows here what a summary has cost. */
const unknownUsage = {
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  inputTokensDetails: {},
  outputTokensDetails: {},
  endpoint: 'summarize',
}

/** Compacts by a function of the caller. */
export class SummaryCompactor<TItem extends object> implements Compactor<TItem> {
  readonly #session: UnderlyingSession<TItem>
  readonly #policy: Policy<TItem>
  readonly #ownership = new Ownership()

  constructor(session: UnderlyingSession<TItem>, policy: Policy<TItem>) {
    this.#session = session
    this.#policy = policy
  }

  async run({ force }: RunCompactionArgs, ownership: object | null | undefined): Promise<CompactionResult | null> {
    if (ownership !== undefined && !this.#ownership.owns(ownership)) return null
    const policy = force === true ? { ...this.#policy, isDue: () => true } : this.#policy
    const counts = await summarizeHistory(this.#session, policy, new LongCall())
    if (counts === undefined) return null
    await this.#ownership.write(ownership ?? null, async () => {})
    return { usage: { ...unknownUsage } }
  }

  getItemsWithOwnership(): Promise<{ items: TItem[]; ownership: object }> {
    return this.#ownership.read(() => this.#session.getItems())
  }

  async addItems(items: TItem[], ownership: object | null): Promise<void> {
    if (items.length > 0) await this.#ownership.write(ownership, () => this.#session.addItems(items))
  }

  popItem(): Promise<TItem | undefined> {
    return this.#ownership.write(null, () => this.#session.popItem())
  }

  clearSession(): Promise<void> {
    return this.#ownership.write(null, () => this.#session.clearSession())
  }
}
