import { CallerFailure } from './caller-failure.ts'
import { describe } from './describe.ts'
import { yieldIfLong } from './event-loop.ts'
import type { Signal } from './signal.ts'
import { assertOptions, type OptionTypes } from './validate.ts'

/** How far a call is. */
export interface Progress {
  /** What the call resolves to counts in the same unit. */
  done: number
  /** Absent where nobody knows. */
  total?: number
}

/** What a call takes that can be given up while it works. */
export interface CancelOptions {
  /** An abort rejects at once, with its reason. What was done by then stays done; the step under way is finished in the background. */
  signal?: Signal
}

/** What a call takes that does one thing after another. */
export interface LongCallOptions extends CancelOptions {
  /** Called after each step, and waited for. What it throws ends the call, and is what it rejects with. */
  onProgress?: (progress: Progress) => void | Promise<void>
}

/** For `assertOptions`: what a call takes that can be given up. */
export const cancelTypes: OptionTypes = { signal: 'object' }
/** The same for one that tells its progress. */
export const longCallTypes: OptionTypes = { ...cancelTypes, onProgress: 'object' }

/**
 * A call of many steps: whether it is still wanted, how far it is, and that others have their turn between its steps. It works inside of a
 * call of a store or a session, which hands a `CallerFailure` on as what it is.
 */
export class LongCall {
  readonly signal: Signal | undefined
  readonly #onProgress: LongCallOptions['onProgress']

  /** @throws TypeError for what is no signal or no function */
  constructor({ signal, onProgress }: LongCallOptions = {}) {
    if (signal !== undefined && !isSignal(signal)) {
      throw new TypeError(`signal must be an AbortSignal, not ${describe(signal)}.`)
    }
    if (onProgress !== undefined && typeof onProgress !== 'function') {
      throw new TypeError(`onProgress must be a function, not ${describe(onProgress)}.`)
    }
    this.signal = signal
    this.#onProgress = onProgress
  }

  /** The same for an options object that has more. @throws TypeError that names the unknown or mistyped option */
  static from(owner: string, options: LongCallOptions, types: OptionTypes): LongCall {
    assertOptions(owner, options, types)
    return new LongCall(options)
  }

  /**
   * What `work` gives, or the failure of a caller who gives up, as soon as they do: what was begun then ends by itself. Begins nothing
   * after an abort. @throws CallerFailure
   */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    this.#assertWanted()
    const { signal } = this
    if (signal === undefined) return await work()
    const { promise, reject } = Promise.withResolvers<never>()
    const abort = (): void => reject(new CallerFailure(signal.reason))
    signal.addEventListener('abort', abort, { once: true })
    try {
      return await Promise.race([work(), promise])
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  /** The same for each step of an iteration, between which others have their turn. */
  async *through<T>(source: AsyncIterable<T>): AsyncIterable<T> {
    const iterator = source[Symbol.asyncIterator]()
    try {
      for (;;) {
        const step = await this.run(() => iterator.next())
        if (step.done === true) return
        yield step.value
        await yieldIfLong()
      }
    } finally {
      const ending = Promise.resolve(iterator.return?.())
      // After an abort nobody waits for the step under way, nor for how it ends.
      if (this.signal?.aborted === true) ending.catch(() => undefined)
      else await ending
    }
  }

  /** Between two steps. @throws CallerFailure where the caller gave up, or could not bear the news */
  async step(progress: Progress): Promise<void> {
    this.#assertWanted()
    try {
      await this.#onProgress?.(progress)
    } catch (error) {
      throw new CallerFailure(error)
    }
    await yieldIfLong()
    this.#assertWanted()
  }

  /** The options with which a wrapper calls the same of what it wraps. */
  passedOn(): LongCallOptions {
    const { signal } = this
    return { ...(signal !== undefined && { signal }), onProgress: (progress) => this.step(progress) }
  }

  #assertWanted(): void {
    if (this.signal?.aborted === true) throw new CallerFailure(this.signal.reason)
  }
}

/** Of any realm. */
function isSignal(signal: object): signal is Signal {
  const { aborted, addEventListener } = signal as Partial<Signal>
  return typeof aborted === 'boolean' && typeof addEventListener === 'function'
}
