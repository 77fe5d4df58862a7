import { setTimeout as delay } from 'node:timers/promises'
import { StartError } from './errors.ts'
import type { Home, RunningProgram } from './home.ts'
import type { Command } from './messages.ts'

/** How a server is started, and how one sees that it serves. */
export interface ServerProgram {
  readonly home: Home
  /** The command; `isFirst` until it has once been ready. */
  command(isFirst: boolean): Command
  /** Rejects as long as the server does not serve. */
  probe(): Promise<void>
  /** How long it may take to serve. */
  readonly timeoutMs?: number
}

const pollMs = 25

/** A server of this machine: may be ended and started again, with the same data. */
export class LocalServer {
  readonly #program: ServerProgram
  #running: RunningProgram | undefined
  #isFirst = true

  constructor(program: ServerProgram) {
    this.#program = program
  }

  /** The process id. @throws Error if it does not run. */
  get pid(): number {
    if (this.#running === undefined) throw new Error('This server does not run')
    return this.#running.pid
  }

  /** Resolves when it serves; at once if it runs. @throws StartError with the end of its log. */
  async start(): Promise<void> {
    if (this.#running !== undefined) return
    const { home } = this.#program
    const command = this.#program.command(this.#isFirst)
    const running = await home.spawn(command)
    this.#running = running
    let ended: string | undefined
    running.exited.then((how) => {
      ended = how
      if (this.#running === running) this.#running = undefined
    })
    const deadline = performance.now() + (this.#program.timeoutMs ?? 60_000)
    while (true) {
      const failure = await this.#failedProbe()
      if (ended !== undefined) throw new StartError(`${command.name} ended: ${ended}`, await home.logTail(command))
      if (failure === undefined) break
      if (performance.now() > deadline) {
        throw new StartError(`${command.name} does not answer`, await home.logTail(command), { cause: failure.cause })
      }
      await delay(pollMs)
    }
    this.#isFirst = false
  }

  /** Sends the signal and waits for the end; nothing if it does not run. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const running = this.#running
    running?.signal(signal)
    await running?.exited
    if (this.#running === running) this.#running = undefined
  }

  /** Whatever a server that is not up yet makes a driver throw; the last one is told when the time is over. */
  async #failedProbe(): Promise<{ cause: unknown } | undefined> {
    try {
      await this.#program.probe()
      return undefined
    } catch (cause) {
      return { cause }
    }
  }
}
