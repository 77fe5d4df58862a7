import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { SQLStoreOptions } from '@sessions/sql'

const program = new URL('../programs/append.ts', import.meta.url)

/** How a process appends: everything of a store that JSON can say, and its batches. */
export interface AppendOptions extends Pick<SQLStoreOptions, 'url' | 'retries' | 'busyTimeoutMs'> {
  writer: string
  sessionId: string
  /** Items of a batch. */
  size: number
}

/** An append that was not acknowledged. */
export interface Failure {
  failed: number
  code: string
  retryable: boolean
  ambiguous: boolean
  message: string
}

/** What a process tells of itself and of each append. */
export type Outcome = { ready: true } | { acknowledged: number } | Failure

/** A process that appends with one store object from `begin` to `end`, whatever happens to the server. */
export class Writer implements AsyncDisposable {
  readonly name: string
  /** Of batches, in the order in which they were acknowledged. */
  readonly acknowledged: number[] = []
  readonly failed: Failure[] = []
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  #output = ''

  static async start(options: AppendOptions): Promise<Writer> {
    const child = fork(program, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] })
    const writer = new Writer(options.writer, child)
    await Promise.race([once(child, 'message'), writer.#ended.then(() => writer.#fail())])
    child.on('message', (outcome: Outcome) => writer.#take(outcome))
    return writer
  }

  private constructor(name: string, child: ChildProcess) {
    this.name = name
    this.#child = child
    this.#ended = once(child, 'exit')
    child.stderr?.on('data', (data) => {
      this.#output += String(data)
    })
  }

  begin(): void {
    this.#child.send('begin')
  }

  /** Resolves once so many more appends are acknowledged. */
  async acknowledge(more: number): Promise<void> {
    const enough = this.acknowledged.length + more
    while (this.acknowledged.length < enough) await this.#told()
  }

  /** Resolves once so many more appends have failed. */
  async fail(more: number): Promise<void> {
    const enough = this.failed.length + more
    while (this.failed.length < enough) await this.#told()
  }

  /** Lets the append under way end; rejects where the process did not end well. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.send('end')
    await this.#ended
    if (this.#child.exitCode !== 0) this.#fail()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL')
    await this.#ended
  }

  async #told(): Promise<void> {
    await Promise.race([once(this.#child, 'message'), this.#ended.then(() => this.#fail())])
  }

  #take(outcome: Outcome): void {
    if ('acknowledged' in outcome) this.acknowledged.push(outcome.acknowledged)
    if ('failed' in outcome) this.failed.push(outcome)
  }

  #fail(): never {
    throw new Error(`The writer ${this.name} ended too early: ${this.#output}`)
  }
}
