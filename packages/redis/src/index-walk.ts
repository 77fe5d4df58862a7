import type { SessionFilter, SessionPlace } from '@sessions/core'
import type { Connection } from './connection.ts'
import type { IndexPart } from './keys.ts'
import { toNumber, toTexts } from './replies.ts'
import { scripts } from './scripts/script.ts'

/** Ids asked for at a time: few at first, as many listings end soon. */
const fewest = 20
const most = 1_000

/**
 * A way through one part of an index, newest first. What is written meanwhile moves to where the way began: so once it is at its end, it
 * is walked again as far as something changed, until that is no more than what one look sees. An id may come more than once.
 */
export class IndexWalk {
  readonly #connection: Connection
  readonly #part: IndexPart
  readonly #filter: SessionFilter
  #found: SessionPlace[] = []
  #size: number
  /** The last one of the look before. */
  #last: SessionPlace | undefined
  /** No older times are asked for. */
  #floor: number
  /** The newest time when this round began, and how many looks it has taken. */
  #newest = 0
  #looks = 0
  #isFirstRound = true
  #isOver = false

  constructor(connection: Connection, part: IndexPart, filter: SessionFilter) {
    this.#connection = connection
    this.#part = part
    this.#filter = filter
    this.#size = Math.min(Math.max(filter.limit ?? most, fewest), most)
    this.#last = filter.after
    this.#floor = Math.max(0, (filter.updatedAfter?.getTime() ?? -1) + 1)
  }

  /** The next one, once `fill` has been awaited; nothing at the end. */
  get head(): SessionPlace | undefined {
    return this.#found.at(-1)
  }

  take(): SessionPlace | undefined {
    return this.#found.pop()
  }

  /** Looks for the next ones if they are wanted. */
  async fill(): Promise<void> {
    while (this.#found.length === 0 && !this.#isOver) {
      const found = await this.#look()
      if (this.#looks === 0) this.#newest = found[0]?.updatedAt.getTime() ?? this.#floor
      this.#looks++
      this.#last = found.at(-1)
      this.#found = found.toReversed()
      if (found.length < this.#size) this.#endRound()
      else this.#size = Math.min(this.#size * 2, most)
    }
  }

  #endRound(): void {
    // One look is of one instant. And where the newest time is the same, nothing has moved.
    this.#isOver = this.#looks === 1 || (!this.#isFirstRound && this.#newest === this.#floor)
    this.#floor = this.#newest
    this.#last = this.#filter.after
    this.#looks = 0
    this.#isFirstRound = false
  }

  #look(): Promise<SessionPlace[]> {
    const { updatedBefore } = this.#filter
    const place = this.#last === undefined ? ['', ''] : [`${this.#last.updatedAt.getTime()}`, this.#last.sessionId]
    const before = updatedBefore === undefined ? '' : `${updatedBefore.getTime()}`
    const args = [...place, before, `${this.#floor}`, `${this.#size}`]
    return this.#connection.readByScript({ script: scripts.newest, keys: [this.#part.times], args }, toPlaces)
  }
}

function toPlaces(reply: unknown): SessionPlace[] {
  const texts = toTexts(reply)
  return Array.from({ length: texts.length / 2 }, (_, index) => ({
    sessionId: texts[2 * index] ?? '',
    updatedAt: new Date(toNumber(texts[2 * index + 1])),
  }))
}
