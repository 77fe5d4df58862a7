import {
  type AgentInputItem,
  acquireFor,
  type ExclusiveOptions,
  type ExclusiveWork,
  type Held,
  type HoldableFor,
  holdSession,
  type OpenToFunctions,
  onHistory,
  partsOf,
  type RecordAccess,
  Session,
  SessionError,
  type SessionInfo,
  type SessionParts,
  type StoredSession,
  whileHeld,
} from '@sessions/core'
import type { ForeignSession } from './underlying-session.ts'

type OptionalName =
  | 'applyHistoryTransaction'
  | 'applyHistoryMutations'
  | 'replaceHistoryWithCompaction'
  | 'info'
  | 'setMetadata'
  | 'items'
  | 'delete'

type Ability = 'page' | 'turns' | 'rewind' | 'replaceItems' | 'updateMetadata' | 'watch'

type Offered<TItem extends object> = Partial<Pick<StoredSession<TItem>, OptionalName>> &
  Pick<StoredSession<TItem>, Ability>

type Of<TItem extends object, M extends OptionalName | Ability> = StoredSession<TItem>[M]

/** What a foreign session must have for an optional method to be offered. It sees no function calls in envelopes. */
const needs: Readonly<Record<OptionalName, readonly (keyof ForeignSession)[] | 'ours'>> = {
  applyHistoryTransaction: ['applyHistoryTransaction'],
  applyHistoryMutations: ['applyHistoryMutations', 'applyHistoryTransaction'],
  replaceHistoryWithCompaction: ['replaceHistoryWithCompaction'],
  info: 'ours',
  setMetadata: 'ours',
  items: 'ours',
  delete: 'ours',
}

/**
 * A session that does its work through a stored one of its own. Optional methods of the SDK are there where they can be done; abilities
 * beyond the SDK always are, and reject with `SESSION_UNSUPPORTED` where the session beneath is of anybody else.
 */
export abstract class WrappingSession<TItem extends object = AgentInputItem>
  extends Session<TItem>
  implements Offered<TItem>
{
  readonly #session: StoredSession<TItem>

  /** @param foreign - the session beneath, where it is none of ours */
  constructor(sessionId: string, session: StoredSession<TItem>, foreign: ForeignSession | undefined) {
    super(sessionId)
    this.#session = session
    if (foreign !== undefined) this.#hideWhatIsMissing(foreign)
  }

  /** As `StoredSession.applyHistoryTransaction`. */
  applyHistoryTransaction?(...args: Parameters<Of<TItem, 'applyHistoryTransaction'>>): Promise<void> {
    return this.call('applyHistoryTransaction', () => this.#session.applyHistoryTransaction(...args))
  }

  /** As `StoredSession.applyHistoryMutations`. */
  applyHistoryMutations?(...args: Parameters<Of<TItem, 'applyHistoryMutations'>>): Promise<void> {
    return this.call('applyHistoryMutations', () => this.#session.applyHistoryMutations(...args))
  }

  /** As `StoredSession.replaceHistoryWithCompaction`, once all that goes could be opened. */
  replaceHistoryWithCompaction?(...args: Parameters<Of<TItem, 'replaceHistoryWithCompaction'>>): Promise<void> {
    return this.call('replaceHistoryWithCompaction', () => this.#session.replaceHistoryWithCompaction(...args))
  }

  /** As `StoredSession.info`. */
  info?(): Promise<SessionInfo | undefined> {
    return this.call('info', () => this.#session.info())
  }

  /** As `StoredSession.setMetadata`: metadata are not encrypted. */
  setMetadata?(...args: Parameters<Of<TItem, 'setMetadata'>>): Promise<void> {
    return this.call('setMetadata', () => this.#session.setMetadata(...args))
  }

  /** As `StoredSession.items`. */
  items?(...args: Parameters<Of<TItem, 'items'>>): AsyncIterable<TItem> {
    return this.runIteration(
      'items',
      () => this.#session.items(...args),
      (items) => items,
    )
  }

  /** As `StoredSession.delete`. */
  delete?(): Promise<boolean> {
    return this.call('delete', () => this.#session.delete())
  }

  /** As `StoredSession.page`. */
  page(...args: Parameters<Of<TItem, 'page'>>): ReturnType<Of<TItem, 'page'>> {
    return this.call('page', () => this.#session.page(...args))
  }

  /** As `StoredSession.turns`. */
  turns(...args: Parameters<Of<TItem, 'turns'>>): ReturnType<Of<TItem, 'turns'>> {
    return this.call('turns', () => this.#session.turns(...args))
  }

  /** As `StoredSession.rewind`. */
  rewind(...args: Parameters<Of<TItem, 'rewind'>>): ReturnType<Of<TItem, 'rewind'>> {
    return this.call('rewind', () => this.#session.rewind(...args))
  }

  /** As `StoredSession.replaceItems`. */
  replaceItems(...args: Parameters<Of<TItem, 'replaceItems'>>): ReturnType<Of<TItem, 'replaceItems'>> {
    return this.call('replaceItems', () => this.#session.replaceItems(...args))
  }

  /** As `StoredSession.updateMetadata`: metadata are not encrypted. */
  updateMetadata(...args: Parameters<Of<TItem, 'updateMetadata'>>): Promise<void> {
    return this.call('updateMetadata', () => this.#session.updateMetadata(...args))
  }

  /** As `StoredSession.exclusive`. The session that `work` is given is of this class. */
  async exclusive<T>(work: ExclusiveWork<this, T>, options: ExclusiveOptions = {}): Promise<T> {
    return await whileHeld(() => this.acquire(options), work)
  }

  /** As `StoredSession.acquire`. */
  async acquire(options: ExclusiveOptions = {}): Promise<Held<this>> {
    return await holdSession(this, this.#beneath(), options, () => this.hold())
  }

  /** As `StoredSession.watch`. */
  watch(...args: Parameters<Of<TItem, 'watch'>>): ReturnType<Of<TItem, 'watch'>> {
    return this.#session.watch(...args)
  }

  protected _getItems(limit: number | undefined): Promise<TItem[]> {
    return this.#session.getItems(limit)
  }

  protected _addItems(items: readonly TItem[]): Promise<void> {
    return this.#session.addItems(items)
  }

  protected _popItem(): Promise<TItem | undefined> {
    return this.#session.popItem()
  }

  protected _clearSession(): Promise<void> {
    return this.#session.clearSession()
  }

  protected override async _close(): Promise<void> {
    await this.#session.close()
  }

  /** While open, and until done. Mistakes of the caller's reach the caller as they are. */
  protected async call<T>(operation: string, work: () => Promise<T>): Promise<T> {
    let mistake: unknown
    try {
      return await this.run(operation, async () => {
        try {
          return await work()
        } catch (error) {
          if (!(error instanceof SessionError)) mistake = error
          throw error
        }
      })
    } catch (error) {
      throw mistake ?? error
    }
  }

  /** A subclass that brings its own method keeps it. */
  #hideWhatIsMissing(foreign: ForeignSession): void {
    for (const [name, needed] of Object.entries(needs) as [OptionalName, (typeof needs)[OptionalName]][]) {
      const has = needed !== 'ours' && needed.every((method) => typeof foreign[method] === 'function')
      if (has || this[name] !== WrappingSession.prototype[name]) continue
      Object.defineProperty(this, name, { value: undefined, writable: true, configurable: true })
    }
  }

  #beneath(): { records: RecordAccess; sessionId: string } {
    const { store } = partsOf(this.#session) as SessionParts
    return { records: store.records, sessionId: this.#session.sessionId }
  }

  // As `StoredSession` has them: what `compactHistory` and such work on is decrypted.
  static {
    const methods: OpenToFunctions<object> & HoldableFor = {
      [onHistory](operation, work) {
        const session = this as unknown as WrappingSession<object>
        const beneath = session.#session as unknown as OpenToFunctions<object>
        return session.call(operation, () => beneath[onHistory](operation, work))
      },
      async [acquireFor](handle, options) {
        const session = this as unknown as WrappingSession<object>
        return await holdSession(handle, session.#beneath(), options, () => session.hold())
      },
    }
    // biome-ignore lint/complexity/noThisInStatic: a compiled class has its name only after its static block
    Object.defineProperties(this.prototype, Object.getOwnPropertyDescriptors(methods))
  }
}
