import { noteRetry } from '../call/diagnostics.ts'
import { SessionError } from '../errors/session-error.ts'
import type { CommitResult } from './history-change.ts'

/** So many attempts follow each other at once; more often it is somebody who writes steadily. */
const quickAttempts = 4
/** From here to there, other writes of this store wait: after that those who come between are elsewhere, and waiting helps nobody. */
const [firstAlone, lastAlone] = [3, 10]
/** Milliseconds between later attempts, at most; doubled from 1 on, and drawn by lot so that two do not stay in step. */
const longestPauseMs = 64
/** Milliseconds after which it is given up. */
const patienceMs = 10_000

/** What a test may set. */
export interface Patience {
  now(): number
  pause(ms: number): Promise<void>
}

const patience: Patience = {
  now: () => performance.now(),
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

interface Turn {
  /** Settles when the read-modify-writes so far have ended. */
  last: Promise<unknown>
  /** Settles when one that has lost several times has ended. */
  alone?: Promise<void>
}

/**
 * Read-modify-writes of a store's sessions: one after another for each session of a process, which spares the attempts that would
 * fail; and repeated while others change the session in between, at first quickly, then with the session to itself as far as this
 * store goes, then less and less often.
 */
export class Turns {
  readonly #turns = new Map<string, Turn>()
  readonly #patience: Patience

  constructor(given: Patience = patience) {
    this.#patience = given
  }

  /**
   * Attempts a write on what was read until it is no conflict. @throws SESSION_BUSY after ten seconds, or as soon as nobody wants it
   * any more
   */
  async modify(
    sessionId: string,
    attempt: () => Promise<CommitResult>,
    isWanted: () => boolean,
  ): Promise<CommitResult> {
    const until = this.#patience.now() + patienceMs
    return this.#inTurn(sessionId, (turn) => this.#repeat(turn, attempt, until, isWanted))
  }

  /** What a write that depends on nothing waits for; `undefined`, as nearly always, where it need not. */
  others(sessionId: string): Promise<void> | undefined {
    return this.#turns.get(sessionId)?.alone
  }

  async #inTurn<T>(sessionId: string, work: (turn: Turn) => Promise<T>): Promise<T> {
    const turn: Turn = this.#turns.get(sessionId) ?? { last: Promise.resolve() }
    const begin = (): Promise<T> => work(turn)
    const mine = this.#turns.has(sessionId) ? turn.last.then(begin, begin) : begin()
    this.#turns.set(sessionId, turn)
    turn.last = mine
    try {
      return await mine
    } finally {
      if (turn.last === mine) this.#turns.delete(sessionId)
    }
  }

  async #repeat(
    turn: Turn,
    attempt: () => Promise<CommitResult>,
    until: number,
    isWanted: () => boolean,
  ): Promise<CommitResult> {
    const ended = Promise.withResolvers<void>()
    try {
      for (let attempts = 0; ; attempts++) {
        if (attempts > 0) noteRetry()
        if (attempts === firstAlone) turn.alone = ended.promise
        if (attempts === lastAlone) this.#release(turn, ended)
        const result = await attempt()
        if (result.status !== 'conflict') return result
        if (attempts + 1 < quickAttempts) continue
        if (this.#patience.now() >= until || !isWanted()) throw busy(attempts + 1)
        await this.#patience.pause(Math.random() * Math.min(2 ** (attempts + 1 - quickAttempts), longestPauseMs))
      }
    } finally {
      this.#release(turn, ended)
    }
  }

  #release(turn: Turn, ended: { resolve: () => void }): void {
    delete turn.alone
    ended.resolve()
  }
}

function busy(attempts: number): SessionError {
  return new SessionError(
    'SESSION_BUSY',
    `Others changed the session ${attempts} times meanwhile. Nothing was changed.`,
  )
}
