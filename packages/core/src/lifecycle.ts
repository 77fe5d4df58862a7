import { SessionError } from './errors/session-error.ts'

export interface LifecycleHooks {
  /** What is opened, for the message of `SESSION_CLOSED`: `session` or `store`. */
  name: string
  open?: () => Promise<void>
  close: () => Promise<void>
}

/**
 * Opens on first use and once, retries a failed open on the next use, and closes for good after the calls under way.
 * Work that finds everything open starts in the caller's own tick, so that arguments are read before they can change.
 */
export class Lifecycle {
  readonly #hooks: LifecycleHooks
  #opened: boolean
  #opening: Promise<void> | undefined
  #active = 0
  #whenIdle: (() => void) | undefined
  #closing: Promise<void> | undefined

  constructor(hooks: LifecycleHooks) {
    this.#hooks = hooks
    this.#opened = hooks.open === undefined
  }

  /**
   * Begins a call, which `leave` ends. Where the resource is still to be opened, gives the promise of that.
   * @throws SESSION_CLOSED after `close`
   */
  enter(): Promise<void> | undefined {
    if (this.#closing !== undefined) {
      throw new SessionError('SESSION_CLOSED', `The ${this.#hooks.name} was closed; open a new one.`)
    }
    this.#active++
    return this.#opened ? undefined : this.#open()
  }

  leave(): void {
    this.#active--
    if (this.#active === 0) this.#whenIdle?.()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
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
    if (this.#active > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve
      })
    }
    if (this.#opened) await this.#hooks.close()
  }
}
