import type { CommitResult, HistoryChange } from '@sessions/core'
import { PlainStore } from './plain-store.ts'

/** A commit that waits for its group. */
export interface Member {
  readonly sessionId: string
  readonly change: HistoryChange
  readonly resolve: (result: CommitResult) => void
  readonly reject: (error: unknown) => void
}

/** Commits what comes in one turn of the event loop together, in steps that a mutant may get wrong. */
export class GroupStore extends PlainStore {
  #waiting: Member[] = []

  protected override _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ sessionId, change, resolve, reject }) > 1) return
      setImmediate(() => this.together(this.#waiting.splice(0)))
    })
  }

  protected async together(members: readonly Member[]): Promise<void> {
    for (const { resolve, reject, ...member } of members) await this.alone(member).then(resolve, reject)
  }

  protected async alone({ sessionId, change }: Pick<Member, 'sessionId' | 'change'>): Promise<CommitResult> {
    return super._commit(sessionId, change)
  }
}
