import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { SessionError } from '../errors/session-error.ts'
import type { ForkRequest, ForkResult } from '../store/fork-request.ts'
import { RecordStore } from '../store/record-store.ts'
import type { SessionInfo } from '../store/session-filter.ts'
import { checkFork, copyThrough, type ForkOptions } from './fork.ts'
import type { StoredSessionOptions } from './handle-options.ts'
import { StoredSession } from './stored-session.ts'

/**
 * Many sessions on one connection. An adapter extends this and writes the hooks of `StoreHooks`; codecs, items and the SDK's
 * history transactions come with `session()`.
 */
export abstract class SessionStore extends RecordStore {
  /** A handle of one session. It does no I/O and costs next to nothing; closing it leaves the store open. */
  session<TItem extends object = AgentInputItem>(
    sessionId: string,
    options?: Omit<StoredSessionOptions<TItem>, 'ownsStore'>,
  ): StoredSession<TItem> {
    return new StoredSession<TItem>(this, sessionId, options)
  }

  /**
   * A session of its own with the history of another as it is at one instant, up to and with the entry `upTo`: whole, or not there at
   * all. Its metadata are those of the source without `usage`, then the option's, then `forkedFrom`. Entries keep their times;
   * operation ids stay behind.
   * @throws SESSION_EXISTS where there is a session `to`; SESSION_CONFLICT where there is no session `from`, or no entry `upTo` in it
   */
  async forkSession(from: string, to: string, options: ForkOptions = {}): Promise<SessionInfo> {
    const request = checkFork(from, to, options)
    return await this.run('forkSession', to, async () => {
      const result = await this.#fork(request)
      if (result === 'exists')
        throw new SessionError('SESSION_EXISTS', 'There is a session of that id already. Nothing was changed.')
      const info = result === 'forked' ? await this._info(to) : undefined
      if (info !== undefined) return info
      const missing =
        request.upTo === undefined ? 'There is no session to fork' : 'There is no such session or entry to fork'
      throw new SessionError('SESSION_CONFLICT', `${missing}. Nothing was changed.`)
    })
  }

  #fork(request: ForkRequest): Promise<ForkResult> {
    if (this._fork !== undefined) return this._fork(request)
    const { _entries } = this
    if (_entries === undefined || !this._supports('create')) {
      throw new SessionError('SESSION_UNSUPPORTED', 'This store cannot fork: it keeps no places of its records.')
    }
    return copyThrough(
      {
        info: (id) => this._info(id),
        entries: (id, query) => _entries.call(this, id, query),
        commit: (id, change) => this._commit(id, change),
      },
      request,
    )
  }
}
