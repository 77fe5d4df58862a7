import { SessionError } from '../errors/session-error.ts'
import { isHeld } from './fence.ts'

/** What a {@link Lifecycle} opens and closes. */
export interface LifecycleHooks {
  /** What is opened and closed. */
  of: 'session' | 'store'
  /** Whose class names it for those who listen. */
  owner: object
  open?: () => Promise<void>
  close: () => Promise<void>
  /** Called at once when closing begins, while calls may be under way. It must not throw. */
  closing?: () => void
  /** Called instead of `close` where nothing was ever opened. */
  closeUnopened?: () => Promise<void>
}

/** Opens on first use and once, retries a failed open on the next use, and closes for good after the calls under way. */
export class Lifecycle {
  readonly of: 'session' | 'store'
  readonly #hooks: LifecycleHooks
  #opened: boolean
  #opening: Promise<void> | undefined
  #active = 0
  #whenIdle: (() => void) | undefined
  #closing: Promise<void> | undefined
  readonly #closers = new Set<() => void>()

  /** The name of its owner's class. */
  get owner(): string {
    return this.#hooks.owner.constructor?.name ?? ''
  }

  get isClosed(): boolean {
    return this.#closing !== undefined
  }

  constructor(hooks: LifecycleHooks) {
    this.of = hooks.of
    this.#hooks = hooks
    this.#opened = hooks.open === undefined
  }

  /** @throws SESSION_CLOSED after `close` */
  assertOpen(): void {
    if (this.#closing === undefined || isHeld(this)) return
    throw new SessionError('SESSION_CLOSED', `The ${this.of} was closed; open a new one.`)
  }

  /** Begins a call, which `leave` ends. Where the resource is still to be opened, gives the promise of that. */
  enter(): Promise<void> | undefined {
    this.#active++
    return this.#opened ? undefined : this.#open()
  }

  leave(): void {
    this.#active--
    if (this.#active === 0) this.#whenIdle?.()
  }

  /** Keeps open what is open, for calls that are still to come, until what it gives is called. @throws SESSION_CLOSED after `close` */
  hold(): () => void {
    this.assertOpen()
    this.#active++
    let ended = false
    return () => {
      if (!ended) this.leave()
      ended = true
    }
  }

  /** Calls `onClose` as soon as closing begins. What it returns ends it. */
  onClose(onClose: () => void): () => void {
    this.#closers.add(onClose)
    return () => this.#closers.delete(onClose)
  }

  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#closing = this.#close()
      for (const onClose of this.#closers) onClose()
    }
    return this.#closing
  }

  #open(): Promise<void> {
    this.#opening ??= this.#openOnce()
    return this.#opening
  }

  async #openOnce(): Promise<void> {
    try {
      await this.#hooks.open?.()
      this.#opened = true
    } finally {
      this.#opening = undefined
    }
  }

  async #close(): Promise<void> {
    this.#hooks.closing?.()
    if (this.#active > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve
      })
    }
    if (this.#opened) await this.#hooks.close()
    else await this.#hooks.closeUnopened?.()
  }
}
