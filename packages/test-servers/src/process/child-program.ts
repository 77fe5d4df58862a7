import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A real process that runs a program of the tests, and talks with them. Whoever starts it kills it. */
export class ChildProgram implements Disposable {
  readonly #child: ChildProcess
  readonly #messages: unknown[] = []
  readonly #ended: Promise<unknown>
  #errors = ''
  #wake: (() => void) | undefined

  constructor(path: URL, parameters: readonly string[]) {
    this.#child = fork(path, parameters, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    this.#ended = once(this.#child, 'exit').then(() => this.#wake?.())
    this.#child.stderr?.on('data', (data) => {
      this.#errors += String(data)
    })
    this.#child.on('message', (message) => {
      this.#messages.push(message)
      this.#wake?.()
    })
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL')
  }

  /** The next that it says. @throws Error with what it wrote to stderr, where it ended instead */
  async next<T>(): Promise<T> {
    while (this.#messages.length === 0) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) throw new Error(`It ended: ${this.#errors}`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#messages.shift() as T
  }

  tell(message: string): void {
    this.#child.send(message)
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.#child.kill(signal)
  }

  async ended(): Promise<void> {
    await this.#ended
  }
}
