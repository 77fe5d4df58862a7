import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { SessionError } from '@sessions/core'
import type { Database, Kept } from './database.ts'
import type { Limits } from './limits.ts'
import type { Notices } from './notices.ts'

/** How long a notice of our own may take to arrive, in milliseconds, until it is taken for lost. */
const probeMs = 3_000
/** How long to wait until a connection that was lost is made again, in milliseconds. Meanwhile watches look once a second. */
const againMs = 1_000

/** Hears of changed sessions on a connection that it has for itself, while anybody listens. */
export class Listener {
  readonly #database: Database
  readonly #notices: Notices
  readonly #limits: () => Limits
  readonly #heard: EventEmitter = new EventEmitter().setMaxListeners(0)
  readonly #ends = new Set<() => void>()
  #probed: { note: string; arrived: () => void } | undefined
  #listening: Promise<Kept> | undefined

  constructor(database: Database, notices: Notices, limits: () => Limits) {
    this.#database = database
    this.#notices = notices
    this.#limits = limits
  }

  /** What it returns ends it. @throws SESSION_UNSUPPORTED where notices do not arrive */
  async listen(sessionId: string, onChange: () => void): Promise<() => void> {
    const names = [this.#notices.of(sessionId).note, everything]
    // A function of one's own, since the same one may be given twice.
    const heard = (): void => onChange()
    for (const name of names) this.#heard.on(name, heard)
    const end = (): void => {
      for (const name of names) this.#heard.off(name, heard)
      if (this.#ends.delete(end) && this.#ends.size === 0) this.#stop()
    }
    this.#ends.add(end)
    try {
      await (this.#listening ?? this.#begin())
    } catch (error) {
      this.#listening = undefined
      end()
      throw error
    }
    return end
  }

  /** Ends all of them. */
  close(): void {
    for (const end of [...this.#ends]) end()
  }

  #begin(): Promise<Kept> {
    const listening = this.#start(() => {
      // Not the one that was given up.
      if (this.#listening !== listening) return
      this.#stop()
      this.#again()
    })
    this.#listening = listening
    return listening
  }

  async #start(onEnd: () => void): Promise<Kept> {
    const { channel } = this.#notices
    const { notices } = this.#database.dialect
    const kept = await this.#database.keep(this.#limits())
    try {
      notices?.onNotice(kept.pooled, ({ channel: from, note }) => {
        if (from !== channel) return
        if (note === this.#probed?.note) this.#probed.arrived()
        this.#heard.emit(note)
      })
      await kept.connection.execute(`LISTEN ${channel}`)
      await this.#probe()
      notices?.onEnd(kept.pooled, onEnd)
      return kept
    } catch (error) {
      kept.destroy()
      throw error
    }
  }

  /** By another connection: one that is shared by a pooler would hear what it sends itself. */
  async #probe(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const probe = { note: randomUUID(), arrived: () => resolve(true) }
    this.#probed = probe
    await this.#database.read(this.#limits(), 'primary', (connection) => this.#notices.note(connection, probe.note))
    const timer = setTimeout(() => resolve(false), probeMs)
    const arrived = await promise
    clearTimeout(timer)
    if (!arrived) throw deaf()
  }

  /** What came meanwhile was not heard. */
  #again(): void {
    const timer = setTimeout(() => {
      if (this.#ends.size === 0 || this.#listening !== undefined) return
      const listening = this.#begin()
      listening.then(
        () => this.#heard.emit(everything),
        () => {
          if (this.#listening === listening) this.#listening = undefined
          this.#again()
        },
      )
    }, againMs)
    timer.unref()
  }

  #stop(): void {
    const listening = this.#listening
    this.#listening = undefined
    listening?.then(
      (kept) => kept.destroy(),
      () => undefined,
    )
  }
}

/** No digest. */
const everything = '*'

function deaf(): SessionError {
  return new SessionError(
    'SESSION_UNSUPPORTED',
    'Notifications of Postgres do not arrive on this connection, as behind a pooler that shares connections between transactions ' +
      '(PgBouncer with pool_mode = transaction). Connect to Postgres itself, or leave the option notify out.',
  )
}
