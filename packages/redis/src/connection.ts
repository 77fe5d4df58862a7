import { SessionError } from '@sessions/core'
import { type Call, NoAnswerError, type TimeLimits, withinTime } from './call.ts'
import type { OwnClient } from './client.ts'
import { Deadlines } from './deadlines.ts'
import { createDriver, type Driver, type Layout } from './driver.ts'
import { toSessionError } from './errors.ts'
import type { RedisClient } from './redis-client.ts'
import { isDemoted, startsWith } from './refusals.ts'
import { toNumber } from './replies.ts'
import { longestPauses, whileMoving, withRetries } from './retries.ts'
import type { Script } from './scripts/script.ts'
import type { Subscriber } from './subscriber.ts'

/** How calls are made. */
export interface ConnectionOptions {
  /** Milliseconds for a connection to take a call. */
  busyTimeoutMs: number
  /** Milliseconds without anything from the server, 0 for any. */
  timeoutMs: number
  retries: number
  replicas?: { count: number; timeoutMs: number }
}

/** What a reply says. @throws UnexpectedReplyError where it is not what the command promises */
type Parse<T> = (reply: unknown) => T

/** A script to be run; its keys are those of one session. */
export interface ScriptCall {
  script: Script
  keys: readonly string[]
  args: readonly string[]
}

/** Arguments beside which the text of a script is nothing. */
const fewArguments = 20_000
/** Milliseconds for which an attempt is known beyond the longest time that its call can take: it may travel slowly. */
const attemptMarginMs = 60_000
/** Where a call may take any time, a repetition comes within a day. */
const maxAttemptMs = 24 * 3_600_000
/** Milliseconds for which an attempt is known that the client itself may repeat: as long as a server may be away. */
const resentMs = 3_600_000

/** A client with the store's limits around it. Every error that leaves it is a `SessionError`. */
export class Connection {
  readonly #own: OwnClient | undefined
  readonly #driver: Driver
  readonly #options: ConnectionOptions
  readonly #limits: TimeLimits

  /** @param own - the client, where it was opened by the store */
  constructor(client: RedisClient, options: ConnectionOptions, own?: OwnClient) {
    const { busyTimeoutMs, timeoutMs, replicas } = options
    this.#own = own
    this.#driver = createDriver(client)
    this.#options = options
    const sending = new Deadlines(timeoutMs === 0 ? busyTimeoutMs : Math.min(busyTimeoutMs, timeoutMs))
    // A write that waits for replicas holds up what is sent after it.
    this.#limits = { sending, silenceMs: timeoutMs === 0 ? 0 : timeoutMs + (replicas?.timeoutMs ?? 0) }
  }

  /** Milliseconds for which the server must know an attempt again; 0 where nothing is ever tried twice. */
  get attemptWindowMs(): number {
    const { retries, busyTimeoutMs, timeoutMs, replicas } = this.#options
    if (retries === 0 && !this.resends) return 0
    if (timeoutMs === 0) return maxAttemptMs
    const attemptMs = busyTimeoutMs + timeoutMs + (replicas?.timeoutMs ?? 0)
    const longestMs = Math.ceil((retries + 1) * attemptMs + longestPauses(retries)) + attemptMarginMs
    return this.resends ? Math.max(longestMs, resentMs) : longestMs
  }

  /** Whether the client may repeat a write by itself. */
  get resends(): boolean {
    return this.#driver.resends === true
  }

  /** @throws SESSION_UNAVAILABLE where its owner has not opened the client, or has closed it */
  assertOpen(): void {
    if (this.#driver.isOpen) return
    throw new SessionError('SESSION_UNAVAILABLE', 'The client is not connected: await client.connect() first.')
  }

  /** What the client puts before each key. */
  get prefix(): string {
    return this.#driver.prefix ?? ''
  }

  /** A command that changes nothing, and what its reply says. */
  read<T>(key: string, args: string[], parse: Parse<T>): Promise<T> {
    return this.#guard({ write: false, repeatable: true }, (call) => this.#driver.send(call, key, args).then(parse))
  }

  /** A script that changes nothing, or nothing that matters twice. */
  readByScript<T>(call: ScriptCall, parse: Parse<T>): Promise<T> {
    return this.#guard({ write: false, repeatable: true }, (started) => this.#run(started, call).then(parse))
  }

  /**
   * A script that writes; where the store waits for replicas, resolves once they have it. A reply that is not what it promises
   * leaves open what was done.
   * @param repeatable - whether the server knows an attempt again @throws SESSION_NOT_REPLICATED
   */
  write<T>(call: ScriptCall, repeatable: boolean, parse: Parse<T>): Promise<T> {
    const { replicas } = this.#options
    if (replicas === undefined) {
      return this.#guard({ write: true, repeatable }, (started) => this.#run(started, call).then(parse))
    }
    const { count, timeoutMs } = replicas
    return this.#guard({ write: true, repeatable }, async (started) => {
      const [reply, reached] = await this.#runReplicated(started, call, ['WAIT', `${count}`, `${timeoutMs}`])
      if (toNumber(reached) < count) throw notReplicated(toNumber(reached), count, timeoutMs)
      return parse(reply)
    })
  }

  /** Calls `onMessage` for each message on the channel, until what it resolves to is called. */
  async subscribe(subscriber: Subscriber, channel: string, onMessage: () => void): Promise<() => void> {
    return this.#guard({ write: false, repeatable: false }, async (call) => {
      const end = await subscriber.listen(channel, onMessage)
      // Nobody waits for it any more.
      if (call.isOver) end()
      return end
    })
  }

  /** What an error means by which the server refused a part of a script. */
  refusal(text: string): SessionError {
    return this.#translate(new Error(text), true)
  }

  /** One sender for each server that has keys of its own, for commands that change nothing. */
  async primaries(): Promise<((args: string[]) => Promise<unknown>)[]> {
    const senders = await this.#guard({ write: false, repeatable: true }, () => this.#driver.primaries())
    return senders.map((send) => (args) => this.#guard({ write: false, repeatable: true }, (call) => send(call, args)))
  }

  /** Which server has which keys: see {@link Driver.layout}. */
  async layout(keyOf: (index: number) => string): Promise<Layout | undefined> {
    const { layout } = this.#driver
    if (layout === undefined) return undefined
    return this.#guard({ write: false, repeatable: true }, (call) => layout(call, keyOf))
  }

  #run(started: Call, { script, keys, args }: ScriptCall): Promise<unknown> {
    const [key = ''] = keys
    return this.#evaluate(script, keys, args, (command) => this.#driver.send(started, key, command))
  }

  #runReplicated(started: Call, { script, keys, args }: ScriptCall, wait: string[]): Promise<[unknown, unknown]> {
    const [key = ''] = keys
    return this.#evaluate(script, keys, args, (command) => this.#driver.sendPair(started, key, command, wait))
  }

  /** By the script's name, or by its text where the server does not know it. */
  async #evaluate<T>(
    script: Script,
    keys: readonly string[],
    args: readonly string[],
    send: (command: string[]) => Promise<T>,
  ): Promise<T> {
    const evaluate = (named: readonly string[]): Promise<T> => {
      const rest = [`${named.length}`, ...named, ...args]
      // A million records are not sent twice for a server that may not know the script.
      if (args.length > fewArguments) return send(['EVAL', script.text, ...rest])
      return send(['EVALSHA', script.sha, ...rest]).catch((error: unknown) => {
        if (!startsWith(error, 'NOSCRIPT')) throw error
        return send(['EVAL', script.text, ...rest])
      })
    }
    return this.#driver.layout === undefined ? evaluate(keys) : whileMoving(keys, evaluate)
  }

  #guard<T>({ write, repeatable }: CallKind, work: (call: Call) => Promise<T>): Promise<T> {
    const { retries } = this.#options
    const limits = this.#limits
    const fail = (error: unknown): SessionError => {
      if (error instanceof NoAnswerError || isDemoted(error)) this.#own?.replace(error instanceof NoAnswerError)
      return this.#translate(error, write)
    }
    if (retries === 0) return withinTime(limits, work, fail)
    return withRetries(retries, repeatable, () => withinTime(limits, work, fail))
  }

  #translate(error: unknown, write: boolean): SessionError {
    const failure = toSessionError(error, write)
    if (this.#driver.isOpen || failure.code !== 'SESSION_BACKEND') return failure
    const message = 'The client was closed by its owner.'
    return new SessionError('SESSION_UNAVAILABLE', message, { cause: error, ambiguous: failure.ambiguous })
  }
}

interface CallKind {
  write: boolean
  repeatable: boolean
}

function notReplicated(reached: number, count: number, timeoutMs: number): SessionError {
  const message =
    `The write is done on the primary, but only ${reached} of ${count} replicas had it after ${timeoutMs} ms: a failover ` +
    'may lose it. Trying again would write it twice.'
  return new SessionError('SESSION_NOT_REPLICATED', message, { ambiguous: true })
}
