import { type CommitResult, SessionError } from '@sessions/core'
import { appendCall } from './changes.ts'
import type { SessionKeys } from './keys.ts'
import { toArray, toNumber, toOneOf, toText } from './replies.ts'
import { scripts } from './scripts/script.ts'
import type { Writer } from './session-index.ts'

/** The largest batch: it is one script, and others wait for it. */
const maxAppends = 100
/** UTF-16 units; what is longer goes alone. */
const maxLength = 16_384
/** Records; Lua can pass only so many at once. */
const maxRecords = 1_000

interface Append {
  readonly sessionId: string
  readonly keys: SessionKeys
  readonly records: readonly string[]
  readonly resolve: (result: CommitResult) => void
  readonly reject: (error: unknown) => void
}

/**
 * The first append of a turn of the event loop leaves at once, and those that follow it in that turn, to whatever sessions, leave
 * as one script instead of one each: most of what an append costs is the way there. Each is still applied or refused by itself. See docs/adr/0015.
 */
export class Appends {
  readonly #writer: Writer
  readonly #ttlMs: number
  #waiting: Append[] = []
  /** Whether an append has left in this turn already. */
  #isUnderWay = false

  constructor(writer: Writer, ttlMs: number) {
    this.#writer = writer
    this.#ttlMs = ttlMs
  }

  add(sessionId: string, keys: SessionKeys, records: readonly string[]): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      const append = { sessionId, keys, records, resolve, reject }
      if (!isSmall(records)) this.#sendOne(append)
      else if (this.#isUnderWay) this.#waiting.push(append)
      else {
        this.#isUnderWay = true
        process.nextTick(() => this.#flush())
        this.#sendOne(append)
      }
    })
  }

  #flush(): void {
    this.#isUnderWay = false
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (let start = 0; start < waiting.length; start += maxAppends)
      this.#send(waiting.slice(start, start + maxAppends))
  }

  #send(appends: readonly Append[]): void {
    const [first] = appends
    if (first !== undefined && appends.length === 1) this.#sendOne(first)
    else this.#sendMany(appends)
  }

  #sendOne({ sessionId, keys, records, resolve, reject }: Append): void {
    const call = appendCall(keys, sessionId, records, this.#ttlMs)
    this.#writer.write(call, false, checkApplied).then(() => resolve(applied()), reject)
  }

  #sendMany(appends: readonly Append[]): void {
    const keys: string[] = []
    const args = [`${this.#ttlMs}`]
    for (const { sessionId, keys: ofSession, records } of appends) {
      keys.push(ofSession.hash, ofSession.list)
      args.push(sessionId, `${records.length}`, ...records)
    }
    this.#writer.write({ script: scripts.appends, keys, args }, false, toRefusals).then(
      (refused) => this.#settle(appends, refused),
      (error) => {
        for (const { reject } of appends) reject(copyOf(error))
      },
    )
  }

  #settle(appends: readonly Append[], refused: ReadonlyMap<number, string>): void {
    for (const [index, { resolve, reject }] of appends.entries()) {
      const error = refused.get(index)
      if (error === undefined) resolve(applied())
      else reject(this.#writer.refusal(error))
    }
  }
}

function checkApplied(reply: unknown): string {
  return toOneOf(reply, ['applied'])
}

/** The errors of those that were refused, by their places. */
function toRefusals(reply: unknown): ReadonlyMap<number, string> {
  const values = toArray(reply)
  const refused = new Map<number, string>()
  for (let index = 0; index < values.length; index += 2) {
    refused.set(toNumber(values[index]), toText(values[index + 1]))
  }
  return refused
}

function applied(): CommitResult {
  return { status: 'applied', dropped: [] }
}

/** Each call names itself in an error of its own. */
function copyOf(error: unknown): unknown {
  if (!(error instanceof SessionError)) return error
  const { code, message, retryable, ambiguous, cause } = error
  return new SessionError(code, message, { retryable, ambiguous, cause })
}

function isSmall(records: readonly string[]): boolean {
  if (records.length > maxRecords) return false
  let length = 0
  for (const record of records) length += record.length
  return length <= maxLength
}
