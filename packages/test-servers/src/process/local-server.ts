import { StartError } from './errors.ts'
import type { Home, RunningProgram } from './home.ts'
import type { Command } from './messages.ts'
import { until } from './until.ts'

/** How a server is started, and how one sees that it serves. */
export interface ServerProgram {
  readonly home: Home
  /** The command; `isFirst` until it has once been ready. */
  command(isFirst: boolean): Command
  /** Rejects as long as the server does not serve. Must not take another one that has got the port for this one. */
  probe(pid: number): Promise<void>
  /** How long it may take to serve: a minute unless said otherwise. */
  readonly timeoutMs?: number
}

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
    const { home, probe, timeoutMs = 300_000 } = this.#program
    const command = this.#program.command(this.#isFirst)
    const running = await home.spawn(command)
    this.#running = running
    const ended = new AbortController()
    running.exited.then((how) => {
      ended.abort(new Error(`${command.name} ended: ${how}`))
      if (this.#running === running) this.#running = undefined
    })
    try {
      await until(`${command.name} serves`, () => probe(running.pid), { timeoutMs, signal: ended.signal })
    } catch (error) {
      await this.end('SIGKILL')
      throw new StartError(error instanceof Error ? error.message : String(error), await home.logTail(command), {
        cause: error,
      })
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
}
