import { SessionError } from '@sessions/core'
import { type Call, withinTime } from './call.ts'
import { Deadlines } from './deadlines.ts'
import { createDriver, type Driver, startsWith } from './driver.ts'
import { toSessionError } from './errors.ts'
import type { RedisClient } from './redis-client.ts'
import { toNumber } from './replies.ts'
import { longestPauses, withRetries } from './retries.ts'
import type { Script } from './scripts/script.ts'

/** How calls are made. */
export interface ConnectionOptions {
  /** Milliseconds for one attempt. */
  commandTimeoutMs: number
  retries: number
  replicas?: { count: number; timeoutMs: number }
}

/** A script to be run; its keys are those of one session. */
export interface ScriptCall {
  script: Script
  keys: readonly string[]
  args: readonly string[]
}

/** Milliseconds for which an attempt is known beyond the longest time that its call can take: it may travel slowly. */
const attemptMarginMs = 60_000

/** A client with the store's limits around it. Every error that leaves it is a `SessionError`. */
export class Connection {
  readonly #client: RedisClient
  readonly #driver: Driver
  readonly #options: ConnectionOptions
  readonly #reads: Deadlines
  readonly #writes: Deadlines

  constructor(client: RedisClient, options: ConnectionOptions) {
    this.#client = client
    this.#driver = createDriver(client)
    this.#options = options
    this.#reads = new Deadlines(options.commandTimeoutMs)
    this.#writes = new Deadlines(this.#writeTimeoutMs)
  }

  /** Milliseconds for which the server must know an attempt again; 0 where nothing is ever tried twice. */
  get attemptWindowMs(): number {
    const { retries, commandTimeoutMs, replicas } = this.#options
    if (retries === 0) return 0
    const attemptMs = commandTimeoutMs + (replicas?.timeoutMs ?? 0)
    return Math.ceil((retries + 1) * attemptMs + longestPauses(retries)) + attemptMarginMs
  }

  /** A command that changes nothing. */
  read(key: string, args: string[]): Promise<unknown> {
    return this.#guard({ write: false, repeatable: true }, (call) => this.#driver.send(call, key, args))
  }

  /** A script that changes nothing, or nothing that matters twice. */
  readByScript(call: ScriptCall): Promise<unknown> {
    return this.#guard({ write: false, repeatable: true }, (started) => this.#run(started, call))
  }

  /**
   * A script that writes; where the store waits for replicas, resolves once they have it.
   * @param repeatable - whether the server knows an attempt again @throws SESSION_NOT_REPLICATED
   */
  write(call: ScriptCall, repeatable: boolean): Promise<unknown> {
    const { replicas } = this.#options
    if (replicas === undefined) {
      return this.#guard({ write: true, repeatable }, (started) => this.#run(started, call))
    }
    const { count, timeoutMs } = replicas
    return this.#guard({ write: true, repeatable }, async (started) => {
      const [reply, reached] = await this.#runReplicated(started, call, ['WAIT', `${count}`, `${timeoutMs}`])
      if (toNumber(reached) < count) throw notReplicated(toNumber(reached), count, timeoutMs)
      return reply
    })
  }

  /** What an error means by which the server refused a part of a script. */
  refusal(text: string): SessionError {
    return this.#translate(new Error(text), true)
  }

  /** The keys on all primaries that match, in portions; a key may come more than once. */
  async *scan(pattern: string): AsyncIterable<readonly unknown[]> {
    const primaries = await this.#guard({ write: false, repeatable: true }, () => this.#driver.primaries())
    for (const send of primaries) {
      let cursor = '0'
      do {
        const args = ['SCAN', cursor, 'MATCH', pattern, 'COUNT', '1000', 'TYPE', 'hash']
        const reply = await this.#guard({ write: false, repeatable: true }, (call) => send(call, args))
        const [next, keys] = reply as [unknown, readonly unknown[]]
        cursor = String(next)
        yield keys
      } while (cursor !== '0')
    }
  }

  #run(started: Call, { script, keys, args }: ScriptCall): Promise<unknown> {
    const [key = ''] = keys
    return this.#driver
      .send(started, key, ['EVALSHA', script.sha, `${keys.length}`, ...keys, ...args])
      .catch((error: unknown) => {
        if (!startsWith(error, 'NOSCRIPT')) throw error
        return this.#driver.send(started, key, ['EVAL', script.text, `${keys.length}`, ...keys, ...args])
      })
  }

  async #runReplicated(started: Call, { script, keys, args }: ScriptCall, wait: string[]): Promise<[unknown, unknown]> {
    const [key = ''] = keys
    const rest = [`${keys.length}`, ...keys, ...args]
    try {
      return await this.#driver.sendPair(started, key, ['EVALSHA', script.sha, ...rest], wait)
    } catch (error) {
      if (!startsWith(error, 'NOSCRIPT')) throw error
      return this.#driver.sendPair(started, key, ['EVAL', script.text, ...rest], wait)
    }
  }

  #guard<T>({ write, repeatable }: CallKind, work: (call: Call) => Promise<T>): Promise<T> {
    const { retries, commandTimeoutMs } = this.#options
    const [deadlines, timeoutMs] = write ? [this.#writes, this.#writeTimeoutMs] : [this.#reads, commandTimeoutMs]
    const fail = (error: unknown): SessionError => this.#translate(error, write)
    if (retries === 0) return withinTime(deadlines, timeoutMs, work, fail)
    return withRetries(retries, repeatable, () => withinTime(deadlines, timeoutMs, work, fail))
  }

  get #writeTimeoutMs(): number {
    const { commandTimeoutMs, replicas } = this.#options
    return commandTimeoutMs + (replicas?.timeoutMs ?? 0)
  }

  #translate(error: unknown, write: boolean): SessionError {
    const failure = toSessionError(error, write)
    if (this.#client.isOpen || failure.code !== 'SESSION_BACKEND') return failure
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
