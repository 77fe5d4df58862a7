import type { SessionError } from '@sessions/core'
import type { Connection, ScriptCall } from './connection.ts'
import { lookAt } from './index-look.ts'
import { IndexSteps } from './index-steps.ts'
import type { IndexPart, Keys, SessionKeys } from './keys.ts'
import { toNumber } from './replies.ts'
import { indexed } from './scripts/indexed.ts'
import { scripts } from './scripts/script.ts'
import type { SessionIndex } from './session-index.ts'

/** An index on the server of the sessions: the script that writes one keeps it, in the same step. */
export class LocalIndex implements SessionIndex {
  readonly parts: readonly IndexPart[]
  readonly #connection: Connection
  readonly #part: IndexPart

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection
    this.#part = keys.indexPart(0)
    this.parts = [this.#part]
  }

  write<T>(call: ScriptCall, repeatable: boolean, parse: (reply: unknown) => T): Promise<T> {
    const script = indexed(call.script)?.kept
    if (script === undefined) return this.#connection.write(call, repeatable, parse)
    const keys = [...call.keys, this.#part.times, this.#part.ids]
    return this.#connection.write({ script, keys, args: call.args }, repeatable, parse)
  }

  refusal(text: string): SessionError {
    return this.#connection.refusal(text)
  }

  async prepare(): Promise<boolean> {
    return (await lookAt(this.#connection, this.#part)).isComplete
  }

  async complete(): Promise<void> {
    await new IndexSteps(this.#connection, this.#part).take('complete')
  }

  async reconcile(sessionId: string, { hash, list }: SessionKeys): Promise<boolean> {
    const keys = [hash, list, this.#part.times, this.#part.ids]
    await this.#connection.readByScript({ script: scripts.reconcile, keys, args: [sessionId] }, toNumber)
    return true
  }

  async settled(): Promise<void> {}
}
