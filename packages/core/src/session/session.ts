/// <reference lib="esnext.disposable" preserve="true" />

import { closing, guarded } from '../call/guarded.ts'
import { Lifecycle } from '../call/lifecycle.ts'
import { assertId, checkLimit } from '../call/validate.ts'
import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { assertItems } from '../codec/plain-data.ts'

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
  readonly #lifecycle: Lifecycle

  /** @throws TypeError unless `sessionId` is a non-empty, well-formed string of up to 255 UTF-16 units without NUL */
  constructor(sessionId: string) {
    assertId(sessionId, 'sessionId')
    this.sessionId = sessionId
    this.#lifecycle = new Lifecycle({
      of: 'session',
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
  async getItems(limit?: number): Promise<TItem[]> {
    const checked = checkLimit(limit)
    return await this.run('getItems', () =>
      checked !== undefined && checked <= 0 ? this.#nothing([]) : this._getItems(checked),
    )
  }

  /**
   * Appends all items or none, next to each other whoever else writes. They are read before this returns its promise.
   * @throws TypeError where `items` is no array; SESSION_ITEM_INVALID with the path of what cannot be stored
   */
  async addItems(items: readonly TItem[]): Promise<void> {
    assertItems(items, 'items')
    return await this.run('addItems', () => (items.length === 0 ? this.#nothing(undefined) : this._addItems(items)))
  }

  /**
   * Removes the newest item and returns it; `undefined` where there is none. Of concurrent calls each gets another item.
   * @throws SESSION_RECORD_CORRUPT where the newest record cannot be decoded; it stays where it is
   */
  async popItem(): Promise<TItem | undefined> {
    return await this.run('popItem', () => this._popItem())
  }

  /** Removes the session with all that belongs to it. The next write starts it anew. */
  async clearSession(): Promise<void> {
    return await this.run('clearSession', () => this._clearSession())
  }

  /** Lets the calls under way finish, then frees what this handle holds. Final, and the same however often it is called. */
  close(): Promise<void> {
    return this.#lifecycle.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** `limit` is `undefined` for all, or positive. */
  protected abstract _getItems(limit: number | undefined): Promise<TItem[]>
  /**
   * At least one item, plain data. Take what you need of them before you return: `jsonCodec` makes a record of each, in which
   * `undefined` properties vanish and -0 is 0.
   */
  protected abstract _addItems(items: readonly TItem[]): Promise<void>
  /** Removes the newest item atomically; `undefined` where there is none. */
  protected abstract _popItem(): Promise<TItem | undefined>
  /** Removes everything that belongs to the session. */
  protected abstract _clearSession(): Promise<void>
  /** Called where a call has nothing to do: throws where it could not have done it, since what is beneath was closed. */
  protected _assertOpen(): void {}
  /** Called at once when `close()` is, while calls are under way: to end what may never end by itself. It must not throw. */
  protected _closing(): void {}
  /** Called once, after the last call has finished. */
  protected async _close(): Promise<void> {}

  #nothing<T>(result: T): T {
    this._assertOpen()
    return result
  }

  /** Runs further public methods of a subclass as the ones above run: while open, with errors that name the call. */
  protected run<T>(operation: string, work: () => T | Promise<T>): Promise<T> {
    return guarded(this.#lifecycle, { operation, sessionId: this.sessionId }, work)
  }
}
