import { noteCount } from '../call/diagnostics.ts'
import { unchecked } from '../call/guarded.ts'
import { assertId } from '../call/validate.ts'
import type { RecordSource } from './record-source.ts'
import {
  checkRestored,
  type KeptOperation,
  type RestoredSession,
  type RestoreResult,
  type WholeRead,
} from './restored-session.ts'
import type { SessionFilter } from './session-filter.ts'

/** What moving sessions from one store to another needs of it, beside reading: what no session and no application is to do. */
export class RecordMoves {
  readonly #source: RecordSource
  readonly #tell: (sessionId: string) => void

  constructor(source: RecordSource, tell: (sessionId: string) => void) {
    this.#source = source
    this.#tell = tell
  }

  /** The operation ids that the store remembers of a session; none of a store that does not tell. */
  async operations(sessionId: string): Promise<KeptOperation[]> {
    const check = (): void => assertId(sessionId, 'sessionId')
    return await this.#source.run('operations', sessionId, check, () => this.#source.operations(sessionId))
  }

  /** Ids in the order of the listing, with all that match among them; `undefined` where the store does not find ids faster than it lists. */
  ids(filter: SessionFilter): AsyncIterable<string> | undefined {
    const { listIds } = this.#source
    return listIds && this.#source.iterate('listSessions', undefined, unchecked, () => listIds(filter))
  }

  /**
   * Sessions as they are at one instant each, in their order; `unread` where one has more than `most` records, or the store does not read
   * them in one step.
   */
  async whole(sessionIds: readonly string[], most: number): Promise<WholeRead[]> {
    const check = (): void => {
      for (const [index, sessionId] of sessionIds.entries()) assertId(sessionId, `sessionIds[${index}]`)
    }
    return await this.#source.run('whole', undefined, check, async () => {
      noteCount(sessionIds.length)
      return await this.#source.whole(sessionIds, most)
    })
  }

  /**
   * Makes sessions as they are given, each whole or not at all, and tells what became of each, in their order. After a failure some may be
   * there. @throws SESSION_UNSUPPORTED where the store cannot, and then changes nothing
   */
  async restore(sessions: readonly RestoredSession[]): Promise<RestoreResult[]> {
    const check = (): RestoredSession[] => checkRestored(sessions)
    return await this.#source.run('restore', undefined, check, async (checked) => {
      noteCount(checked.length)
      try {
        return await this.#source.restore(checked)
      } finally {
        for (const { sessionId } of checked) this.#tell(sessionId)
      }
    })
  }
}
