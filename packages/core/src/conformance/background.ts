import { AsyncLocalStorage } from 'node:async_hooks'

type Listener = (error: unknown, ...others: unknown[]) => void

/**
 * What fails where nobody awaits it: in a timer, in an event, in a promise that was dropped. Unheard, it would end the process, and the
 * report with it. It belongs to the case that set it off, also where that has ended by then.
 */
export class Background {
  readonly #failures: Error[] = []
  #onLate: ((error: Error) => void) | undefined

  /** Does the work of a case; what follows from it is this case's. @throws what failed in the background meanwhile, or the work's own */
  async run(work: () => Promise<void>, onLate?: (error: Error) => void): Promise<void> {
    const release = hear()
    running.add(this)
    try {
      await caseOf.run(this, work)
      // A dropped promise is heard of when the microtasks are done, an event in the next turn of the loop.
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
      if (this.#failures[0] !== undefined) throw this.#failures[0]
    } finally {
      running.delete(this)
      release()
      this.#onLate = onLate
    }
  }

  fail(cause: unknown): void {
    const error = new Error('Something failed in the background, where nobody awaits it.', { cause })
    this.#failures.push(error)
    this.#onLate?.(error)
  }
}

const caseOf = new AsyncLocalStorage<Background>()
const running = new Set<Background>()
const events = ['unhandledRejection', 'uncaughtException'] as const
/** Those of a test runner, say, to whom what belongs to no case goes. */
const others = new Map<string, Listener[]>()
let hearers = 0

/** Listens until it is released. Whoever runs cases one after the other listens over all of them, for what comes late. */
export function hear(): () => void {
  if (hearers++ === 0) {
    for (const event of events) {
      others.set(event, process.rawListeners(event) as Listener[])
      process.removeAllListeners(event)
      process.on(event, (error: unknown, ...rest: unknown[]) => onFailure(event, error, rest))
    }
  }
  let released = false
  return () => {
    if (released) return
    released = true
    if (--hearers > 0) return
    for (const event of events) {
      process.removeAllListeners(event)
      for (const listener of others.get(event) ?? []) process.on(event, listener)
    }
  }
}

function onFailure(event: string, error: unknown, rest: readonly unknown[]): void {
  const cases = [caseOf.getStore() ?? [...running]].flat()
  for (const each of cases) each.fail(error)
  if (cases.length > 0) return
  for (const listener of others.get(event) ?? []) listener.call(process, error, ...rest)
  if (others.get(event)?.length) return
  console.error(error)
  process.exit(1)
}
