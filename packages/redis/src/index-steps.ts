import type { Connection } from './connection.ts'
import type { IndexPart } from './keys.ts'
import { toOneOf, toTexts } from './replies.ts'
import { scripts } from './scripts/script.ts'

/** See the script. */
export type StepName = 'begin' | 'settle' | 'doubt' | 'correct' | 'complete'

interface Step {
  readonly args: readonly string[]
  readonly resolve: (isDone: boolean) => void
  readonly reject: (error: unknown) => void
}

/** Steps at most in one script: others wait for it. */
const atOnce = 500

/** The steps of one part of an index. What happens in one turn of the event loop goes there as one script. */
export class IndexSteps {
  readonly #connection: Connection
  readonly #keys: readonly string[]
  #waiting: Step[] = []

  constructor(connection: Connection, { times, ids, marks, doubts }: IndexPart) {
    this.#connection = connection
    this.#keys = [times, ids, marks, doubts]
  }

  /** @param time - in ms, `undefined` for no session @returns as the script says */
  take(name: StepName, token = '', sessionId = '', time?: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) process.nextTick(() => this.#flush())
      this.#waiting.push({ args: [name, token, sessionId, time === undefined ? '' : `${time}`], resolve, reject })
    })
  }

  #flush(): void {
    const steps = this.#waiting
    this.#waiting = []
    for (let start = 0; start < steps.length; start += atOnce) this.#send(steps.slice(start, start + atOnce))
  }

  #send(steps: readonly Step[]): void {
    const call = { script: scripts.indexSteps, keys: this.#keys, args: steps.flatMap(({ args }) => args) }
    // Each says what is so, and may be said twice.
    this.#connection.write(call, true, toTexts).then(
      (replies) => {
        for (const [index, { resolve }] of steps.entries()) resolve(toOneOf(replies[index], ['0', '1']) === '1')
      },
      (error) => {
        for (const { reject } of steps) reject(error)
      },
    )
  }
}
