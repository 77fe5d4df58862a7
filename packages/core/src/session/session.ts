/// <reference lib="esnext.disposable" preserve="true" />

import { noteCount } from '../call/diagnostics.ts'
import { closing, guarded, guardedIteration, unchecked } from '../call/guarded.ts'
import { Lifecycle } from '../call/lifecycle.ts'
import { assertId, checkLimit } from '../call/validate.ts'
import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { takeItems } from '../codec/plain-data.ts'

/**
 * One conversation: a light handle to pass to `run(agent, input, { session })`.
 *
 * Subclass it for a backend that is no log of records, such as a remote API: four hooks, whose arguments are checked,
 * that run only while the session is open, and whose errors reach the caller as `SessionError`. For a database, subclass
 * `SessionStore` instead.
 *
 * Every method rejects with `SESSION_CLOSED` after `close()`, and with `SESSION_UNAVAILABLE`, `SESSION_BUSY` or
 * `SESSION_BACKEND` where the backend fails.
 */
export abstract class Session<TItem extends object = AgentInputItem> implements AsyncDisposable {
  /** The id that the session was made with. */
  readonly sessionId: string
  /**
   * On a subclass, `true` asks the SDK for the context of the run: hooks get it as their last argument, `undefined` where the call
   * came from elsewhere. Without it they get none.
   */
  declare readonly acceptsRunContext?: true
  readonly #lifecycle: Lifecycle

  /** @throws TypeError unless `sessionId` is a non-empty, well-formed string of up to 255 UTF-16 units without NUL */
  constructor(sessionId: string) {
    assertId(sessionId, 'sessionId')
    this.sessionId = sessionId
    this.#lifecycle = new Lifecycle({
      of: 'session',
      owner: this,
      closing: () => this._closing(),
      close: () => closing(() => this._close()),
    })
  }

  /** The id that the session was made with. */
  async getSessionId(): Promise<string> {
    return await this.run('getSessionId', () => this.sessionId)
  }

  /**
   * The newest `limit` items, oldest first; all without a limit, none for 0 and less. Fresh copies: changing them changes
   * nothing stored. @throws RangeError for a limit that is no integer; SESSION_RECORD_CORRUPT
   */
  getItems(limit?: number, runContext?: unknown): Promise<TItem[]> {
    const check = (): number | undefined => checkLimit(limit)
    return this.runChecked('getItems', check, async (checked) => {
      const items =
        checked !== undefined && checked <= 0 ? [] : await this._getItems(checked, ...this.#context(runContext))
      noteCount(items.length)
      return items
    })
  }

  /**
   * Appends all items or none, next to each other whoever else writes. They are read before this returns its promise.
   * @throws TypeError where `items` is no array; SESSION_ITEM_INVALID with the path of what cannot be stored
   */
  addItems(items: readonly TItem[], runContext?: unknown): Promise<void> {
    const check = (): TItem[] => takeItems(items, 'items')
    return this.runChecked('addItems', check, (taken) => {
      noteCount(taken.length)
      return taken.length === 0 ? undefined : this._addItems(taken, ...this.#context(runContext))
    })
  }

  /**
   * Removes the newest item and returns it; `undefined` where there is none. Of concurrent calls each gets another item.
   * @throws SESSION_RECORD_CORRUPT where the newest record cannot be decoded; it stays where it is
   */
  async popItem(runContext?: unknown): Promise<TItem | undefined> {
    return await this.run('popItem', async () => {
      const item = await this._popItem(...this.#context(runContext))
      noteCount(item === undefined ? 0 : 1)
      return item
    })
  }

  /**
   * Empties the history: all items and operation ids go. A stored session that has metadata keeps it, with `createdAt` and ttl; of
   * one without, nothing is left. To erase a person, `delete()` it.
   */
  async clearSession(runContext?: unknown): Promise<void> {
    return await this.run('clearSession', () => this._clearSession(...this.#context(runContext)))
  }

  /** Lets the calls under way finish, then frees what this handle holds. Final, and the same however often it is called. */
  close(): Promise<void> {
    return this.#lifecycle.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** `limit` is `undefined` for all, or positive. */
  protected abstract _getItems(limit: number | undefined, runContext?: unknown): Promise<TItem[]>
  /**
   * At least one item, plain data: copies, which nobody else has. `jsonCodec` makes a record of each, in which `undefined`
   * properties vanish and -0 is 0.
   */
  protected abstract _addItems(items: readonly TItem[], runContext?: unknown): Promise<void>
  /** Removes the newest item atomically; `undefined` where there is none. */
  protected abstract _popItem(runContext?: unknown): Promise<TItem | undefined>
  /** Removes all items, and the operation ids with them. */
  protected abstract _clearSession(runContext?: unknown): Promise<void>
  /** Called before each call, also one that has nothing to do: throws SESSION_CLOSED where what is beneath was closed. */
  protected _assertOpen(): void {}
  /** Called at once when `close()` is, while calls are under way: to end what may never end by itself. It must not throw. */
  protected _closing(): void {}
  /** Called once, after the last call has finished. */
  protected async _close(): Promise<void> {}

  /** Stays open, for the calls made under a fence that has `of` among its holds, until `end`. @throws SESSION_CLOSED */
  protected hold(): { of: object; end: () => void } {
    return { of: this.#lifecycle, end: this.#lifecycle.hold() }
  }

  /** Calls `onClose` as soon as the session is being closed. What it returns ends it. */
  protected onClose(onClose: () => void): () => void {
    return this.#lifecycle.onClose(onClose)
  }

  /** What hooks get beside the arguments that they always have. */
  #context(runContext: unknown): [] | [unknown] {
    return this.acceptsRunContext === true ? [runContext] : []
  }

  /** Runs further public methods of a subclass as the ones above run: while open, with errors that name the call. */
  protected run<T>(operation: string, work: () => T | Promise<T>): Promise<T> {
    return this.runChecked(operation, unchecked, work)
  }

  /** The same for methods with arguments: what `check` throws about them reaches the caller as it is, after `SESSION_CLOSED`. */
  protected runChecked<A, T>(operation: string, check: () => A, work: (given: A) => T | Promise<T>): Promise<T> {
    return guarded(this.#lifecycle, { operation, sessionId: this.sessionId }, this.#whileOpen(check), work)
  }

  /** The same for methods that give one thing after another: each step runs so, and all are one call for those who listen. */
  protected runIteration<A, T>(
    operation: string,
    check: () => A,
    start: (given: A) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    return guardedIteration(this.#lifecycle, { operation, sessionId: this.sessionId }, this.#whileOpen(check), start)
  }

  #whileOpen<A>(check: () => A): () => A {
    return () => {
      this._assertOpen()
      return check()
    }
  }
}
