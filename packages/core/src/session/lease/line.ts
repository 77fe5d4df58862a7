import type { Signal } from '../../call/signal.ts'
import { inUse } from './lease.ts'

const lines = new WeakMap<object, Map<string, Line>>()

/**
 * Those of this process who want one session, in order of arrival: one of them at a time stands in the line of the processes.
 */
export class Line {
  readonly #forget: () => void
  readonly #waiting: (() => void)[] = []
  #inside = 0
  #lose: (() => void) | undefined

  private constructor(forget: () => void) {
    this.#forget = forget
  }

  /** That of one session of a store. */
  static of(store: object, sessionId: string): Line {
    const ofStore = lines.get(store) ?? new Map<string, Line>()
    lines.set(store, ofStore)
    const line = ofStore.get(sessionId) ?? new Line(() => ofStore.delete(sessionId))
    ofStore.set(sessionId, line)
    return line
  }

  get isBusy(): boolean {
    return this.#inside > 0 || this.#waiting.length > 0
  }

  /** Resolves when it is one's turn, to what ends it. @throws SESSION_IN_USE after `waitMs`; the signal's reason */
  async enter(waitMs: number, signal: Signal | undefined): Promise<() => void> {
    if (this.isBusy) await this.#wait(waitMs, signal)
    return this.#enter()
  }

  /** Goes in before all who wait; whoever of this process is inside loses the session. */
  passBy(lose: () => void): () => void {
    this.#lose?.()
    this.#lose = lose
    return this.#enter()
  }

  /** Whoever is inside loses the session by this, where another of this process passes by. */
  holds(lose: () => void): void {
    this.#lose = lose
  }

  #enter(): () => void {
    this.#inside++
    let left = false
    return () => {
      if (left) return
      left = true
      this.#inside--
      this.#next()
    }
  }

  #next(): void {
    if (this.#inside > 0) return
    this.#lose = undefined
    const next = this.#waiting.shift()
    if (next === undefined) this.#forget()
    else next()
  }

  #wait(waitMs: number, signal: Signal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        const place = this.#waiting.indexOf(onTurn)
        if (place >= 0) this.#waiting.splice(place, 1)
        settle()
      }
      const onTurn = (): void => end(resolve)
      const onAbort = (): void => end(() => reject(signal?.reason))
      const timer = setTimeout(() => end(() => reject(inUse(waitMs))), waitMs)
      signal?.addEventListener('abort', onAbort)
      this.#waiting.push(onTurn)
    })
  }
}
