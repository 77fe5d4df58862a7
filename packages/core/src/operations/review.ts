import { yieldIfLong } from '../call/event-loop.ts'
import type { ItemCodec } from '../codec/item-codec.ts'
import { SessionError } from '../errors/session-error.ts'
import { loneResults } from '../history/correlate.ts'
import type { RecordEntry } from '../store/record-entry.ts'
import type { Finding } from './finding.ts'

type Found = Omit<Finding, 'sessionId'>

/** What is wrong with the records of one session, which come page by page, oldest first. */
export class Review {
  readonly #sessionId: string
  readonly #codec: ItemCodec<object>
  readonly #found: Found[] = []
  /** Of each record, what tells calls and results; nothing of those that cannot be read. */
  readonly #items: object[] = []
  #previous = Number.NEGATIVE_INFINITY

  constructor(sessionId: string, codec: ItemCodec<object>) {
    this.#sessionId = sessionId
    this.#codec = codec
  }

  async look(entries: readonly Pick<RecordEntry, 'record' | 'createdAt'>[]): Promise<void> {
    for (const { record, createdAt } of entries) {
      const pause = yieldIfLong()
      if (pause !== undefined) await pause
      const position = this.#items.length + 1
      const time = createdAt?.getTime() ?? this.#previous
      if (time < this.#previous) {
        this.#found.push({ problem: 'disordered', position, message: 'The item is older than the one before it.' })
      }
      this.#previous = time
      this.#items.push(await this.#decoded(record, position))
    }
  }

  end(): Found[] {
    const message = 'The result of a call that is nowhere before it.'
    const lone = loneResults(this.#items).map((index): Found => ({ problem: 'orphaned', position: index + 1, message }))
    return [...this.#found, ...lone].sort((a, b) => (a.position ?? 0) - (b.position ?? 0))
  }

  async #decoded(record: string, position: number): Promise<object> {
    try {
      return linkOf(await this.#codec.decode(record, { sessionId: this.#sessionId }))
    } catch (error) {
      // What a codec of somebody else's throws may quote the record.
      const isOurs = error instanceof SessionError
      const code = isOurs ? error.code : 'SESSION_RECORD_CORRUPT'
      const problem = code === 'SESSION_RECORD_CORRUPT' ? 'corrupt' : 'undecryptable'
      this.#found.push({ problem, position, code, message: isOurs ? error.message : 'The record cannot be decoded.' })
      return {}
    }
  }
}

/** The item without its contents, which may be large. */
function linkOf(item: object): object {
  const { type, name, id, callId, call_id, execution, providerData } = item as Record<string, unknown>
  return { type, name, id, callId, call_id, execution, providerData }
}
