import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { HistoryTransactionArgs } from '../session/history-transaction.ts'
import type { WorkerSource } from './harness.ts'
import type { Item } from './item.ts'
import type { Request } from './linearizability.ts'

/** What a child process can be told to do: with one session, or to close the store, which its next task opens anew. */
export type Task =
  | { type: 'close' }
  /** The same batches to other sessions at the same moment. */
  | { type: 'append'; sessionId: string; beside?: readonly string[]; writer: string; batches: number; size: number }
  | { type: 'pop'; sessionId: string }
  | { type: 'call'; sessionId: string; request: Request }
  | { type: 'read'; sessionId: string }
  | { type: 'replace'; sessionId: string; writer: string; times: number; size: number }
  | { type: 'count'; sessionId: string; writer: string; waiters: number }
  | { type: 'watch'; sessionId: string; after: string | null; count: number; last: string }
  | { type: 'transaction'; sessionId: string; args: HistoryTransactionArgs<Item> }

/** What a child process answers. */
export type WorkerMessage =
  | { ready: true }
  | { acknowledged: number }
  /** The store is about to be used for the first time. */
  | { opening: true }
  /** The first task has ended: when it began and when it ended, on a clock that all processes share. */
  | { firstUse: readonly [start: number, end: number] }
  | { done: true; result?: unknown; error?: string }

/** A child process that opens the store with its first task, and with the next one after it was closed. */
export class WorkerProcess {
  readonly #child: ChildProcess
  readonly #output: string[] = []
  /** Tasks that have not ended well. */
  #open = 0
  /** When the first task with the store began and ended, in milliseconds of a clock that all processes share. */
  firstUse: readonly [start: number, end: number] | undefined

  constructor(child: ChildProcess) {
    this.#child = child
    child.stderr?.on('data', (data) => this.#output.push(String(data)))
    child.on('message', (message: WorkerMessage) => {
      if ('firstUse' in message) this.firstUse = message.firstUse
    })
  }

  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#child.once('message', () => resolve())
      this.#child.once('exit', () => reject(new Error(`A worker ended before it was ready.\n${this.#output.join('')}`)))
    })
  }

  /** Whether it lives, and has done all that it was told. */
  get isFree(): boolean {
    return this.#open === 0 && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resolves to the task's result; rejects where the task or the process fails. */
  async run<T>(task: Task): Promise<T> {
    this.#open++
    const result = await this.#answer<T>(task)
    this.#open--
    if (task.type === 'close') this.firstUse = undefined
    return result
  }

  #answer<T>(task: Task): Promise<T> {
    return new Promise((resolve, reject) => {
      const onExit = (): void => reject(new Error(`A worker died.\n${this.#output.join('')}`))
      const onMessage = (message: WorkerMessage): void => {
        if (!('done' in message)) return
        this.#child.off('message', onMessage).off('exit', onExit)
        if (message.error === undefined) resolve(message.result as T)
        else reject(new Error(`A worker failed: ${message.error}`))
      }
      this.#child.on('message', onMessage).once('exit', onExit)
      this.#child.send(task)
    })
  }

  /**
   * Begins the task, its first; SIGKILL so many milliseconds after it has begun to use the store, wherever it is then. Whether it was
   * in the middle of that.
   */
  async killInFirstUse(task: Task, laterMs: number): Promise<boolean> {
    const begun = new Promise<void>((resolve, reject) => {
      this.#child.on('message', (message: WorkerMessage) => 'opening' in message && resolve())
      this.#child.once('exit', () => reject(new Error(`A worker died.\n${this.#output.join('')}`)))
    })
    this.#child.send(task)
    await begun
    await new Promise((resolve) => setTimeout(resolve, laterMs))
    await this.stop()
    return this.firstUse === undefined
  }

  /**
   * Appends or replaces without end; SIGKILL a few milliseconds after so many batches are acknowledged, wherever the next ones are then.
   * Resolves to the number acknowledged.
   */
  async killWhileWriting(
    task: Extract<Task, { type: 'append' | 'replace' }>,
    after: number,
    laterMs: number,
  ): Promise<number> {
    let acknowledged = 0
    let failure: string | undefined
    this.#child.on('message', (message: WorkerMessage) => {
      if ('done' in message) {
        failure = message.error
        this.#child.kill('SIGKILL')
      }
      if (!('acknowledged' in message)) return
      acknowledged = message.acknowledged + 1
      if (acknowledged === after) setTimeout(() => this.#child.kill('SIGKILL'), laterMs)
    })
    const ended = once(this.#child, 'exit')
    this.#child.send(task)
    await ended
    if (failure !== undefined) throw new Error(`A worker failed: ${failure}`)
    this.#assertKilled()
    return acknowledged
  }

  /** Ends the process and waits until it is gone. @throws Error where it has ended by itself before */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#assertKilled()
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
    this.#assertKilled()
  }

  /** A process that dies of its own work was not killed in the middle of it. */
  #assertKilled(): void {
    const { exitCode, signalCode } = this.#child
    if (exitCode !== null && exitCode !== 0)
      throw new Error(`A worker died with ${exitCode}.\n${this.#output.join('')}`)
    if (signalCode !== null && signalCode !== 'SIGKILL') throw new Error(`A worker died of ${signalCode}.`)
  }
}

/** Processes that are all ready to open the store. */
export async function startWorkers(source: WorkerSource, count: number): Promise<WorkerProcess[]> {
  // Beside the build in CommonJS too, it is an ES module.
  const program = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)
  const parameters = [source.module, source.export, JSON.stringify(source.options ?? null)]
  const workers = Array.from({ length: count }, () => {
    return new WorkerProcess(fork(program, parameters, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] }))
  })
  await Promise.all(workers.map((worker) => worker.ready()))
  return workers
}
