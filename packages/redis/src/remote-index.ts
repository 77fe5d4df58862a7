import { randomBytes } from 'node:crypto'
import { SessionError } from '@sessions/core'
import type { Connection, ScriptCall } from './connection.ts'
import { type IndexMark, lookAt } from './index-look.ts'
import { IndexSteps, type StepName } from './index-steps.ts'
import { type IndexPart, type Keys, SessionKeys } from './keys.ts'
import { toArray, toNumber, toText } from './replies.ts'
import { indexed } from './scripts/indexed.ts'
import { scripts } from './scripts/script.ts'
import type { SessionIndex } from './session-index.ts'
import { readInfo } from './session-infos.ts'
import { slotOf } from './slot.ts'

/** How many parts the index of a cluster has: so many servers share it. A listing asks each. Never changed: it says where an id is. */
const partCount = 16
/** Milliseconds after which a write that has not ended belongs to a process that is gone. */
const maxMarkMs = 600_000
/** A write that took so many milliseconds may soon be taken for such a one: it is acknowledged only when the index knows. */
const maxWriteMs = 60_000

/**
 * An index beside the sessions of a cluster, whose keys are on other servers than theirs. A write is announced there before, and told
 * after it; who lists looks at what was announced and not told. So a process may end at any time. See docs/adr/0127.
 */
export class RemoteIndex implements SessionIndex {
  readonly parts: readonly IndexPart[]
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #steps: readonly IndexSteps[]
  readonly #name = randomBytes(9).toString('base64url')
  readonly #telling = new Set<Promise<unknown>>()
  #count = 0

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection
    this.#keys = keys
    this.parts = Array.from({ length: partCount }, (_, number) => keys.indexPart(number))
    this.#steps = this.parts.map((part) => new IndexSteps(connection, part))
  }

  /** The session is that of the first key and argument: on a cluster, no script writes two. */
  async write<T>(call: ScriptCall, repeatable: boolean, parse: (reply: unknown) => T): Promise<T> {
    const script = indexed(call.script)?.told
    const [hash = ''] = call.keys
    const [sessionId = ''] = call.args
    if (script === undefined) return this.#connection.write(call, repeatable, parse)
    const told = { ...call, script }
    const erases = call.script === scripts.erase
    const startedAt = performance.now()
    const token = this.#nextToken()
    // What removes may be found out later: an index may name what is not there.
    if (!erases) await this.#take('begin', token, sessionId).catch(rethrowUnwritten)
    const { value, time } = await this.#connection
      .write(told, repeatable, (reply) => toOutcome(reply, parse))
      .catch((error: unknown) => {
        const isUndone = error instanceof SessionError && !error.ambiguous
        if (isUndone && !erases) this.#tellLater(this.#take('settle', token, sessionId))
        throw error
      })
    const telling = this.#tell({ sessionId, keys: new SessionKeys(hash), time, token: erases ? undefined : token })
    if (erases || performance.now() - startedAt > maxWriteMs) await telling
    else this.#tellLater(telling)
    return value
  }

  refusal(text: string): SessionError {
    return this.#connection.refusal(text)
  }

  async prepare(): Promise<boolean> {
    const looks = await Promise.all(this.parts.map((part) => lookAt(this.#connection, part)))
    await Promise.all(looks.flatMap(({ marks }) => marks).map((mark) => this.#help(mark)))
    return looks.every(({ isComplete }) => isComplete)
  }

  async complete(): Promise<void> {
    await Promise.all(this.#steps.map((steps) => steps.take('complete')))
  }

  async reconcile(sessionId: string, keys: SessionKeys): Promise<boolean> {
    const token = this.#nextToken()
    await this.#take('doubt', token, sessionId)
    const info = await readInfo(this.#connection, keys, sessionId)
    return this.#take('correct', token, sessionId, info?.updatedAt.getTime())
  }

  async settled(): Promise<void> {
    while (this.#telling.size > 0) await Promise.all(this.#telling)
  }

  async #tell({ sessionId, keys, time, token }: Outcome): Promise<void> {
    const isSettled = token === undefined || (await this.#take('settle', token, sessionId, time))
    if (time === undefined || !isSettled) await this.reconcile(sessionId, keys)
  }

  /** Says what a write has done that has not told it yet. */
  async #help({ token, sessionId, age }: IndexMark): Promise<void> {
    const info = await readInfo(this.#connection, this.#keys.of(sessionId), sessionId)
    await this.#take('settle', age > maxMarkMs ? token : '', sessionId, info?.updatedAt.getTime())
  }

  /** Where it fails, whoever lists finds the mark. */
  #tellLater(telling: Promise<unknown>): void {
    const end = (): void => void this.#telling.delete(ended)
    const ended: Promise<void> = telling.then(end, end)
    this.#telling.add(ended)
  }

  #take(name: StepName, token: string, sessionId: string, time?: number): Promise<boolean> {
    const steps = this.#steps[slotOf(sessionId) % partCount]
    if (steps === undefined) throw new RangeError('The index has no such part.')
    return steps.take(name, token, sessionId, time)
  }

  #nextToken(): string {
    this.#count++
    return `${this.#name}.${this.#count}`
  }
}

/** What is to be told of a write. */
interface Outcome {
  readonly sessionId: string
  readonly keys: SessionKeys
  /** When the session was changed last, in ms; `undefined` where there is none. */
  readonly time: number | undefined
  /** Of the mark; `undefined` where none was made. */
  readonly token: string | undefined
}

function toOutcome<T>(reply: unknown, parse: (reply: unknown) => T): { value: T; time: number | undefined } {
  const [value, time] = toArray(reply, 2)
  const text = toText(time)
  return { value: parse(value), time: text === '' ? undefined : toNumber(text) }
}

/** The session itself was not touched. */
function rethrowUnwritten(cause: unknown): never {
  if (!(cause instanceof SessionError)) throw cause
  const code = cause.code === 'SESSION_NOT_REPLICATED' ? 'SESSION_UNAVAILABLE' : cause.code
  const { retryable } = cause
  throw new SessionError(code, 'The index of the sessions could not be written. Nothing was written.', {
    cause,
    retryable,
  })
}
