import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Contender } from './contender.ts'
import type { Answer, Request } from './messages.ts'

/** Milliseconds after which a contender that has not answered never will. */
const patienceMs = 180_000

const program = new URL('contender-program.ts', import.meta.url)

/** How Node is started for a contender. */
export interface NodeOptions {
  readonly arguments: readonly string[]
}

/** As programs run in production: some peers look for news of themselves on the network otherwise. */
export const environment: NodeJS.ProcessEnv = {
  ...process.env,
  NODE_ENV: 'production',
  MASTRA_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
}

/** The process of one contender. Contenders in one process would disturb each other. */
export class ContenderProcess {
  readonly contender: Contender
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  #errors = ''

  constructor(contender: Contender, file: string, node: NodeOptions) {
    this.contender = contender
    this.#child = fork(program, [file], {
      execArgv: ['--expose-gc', ...node.arguments],
      env: environment,
      // What peers print is not ours to show.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#ended = once(this.#child, 'exit')
    this.#child.stderr?.on('data', (data) => {
      this.#errors = (this.#errors + String(data)).slice(-2_000)
    })
  }

  /** Its answer. One request at a time. A process that ends instead of answering has failed, and so has one that takes minutes. */
  async ask(request: Request): Promise<Answer> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return { failed: this.#end() }
    const answered = once(this.#child, 'message').then(([answer]) => answer as Answer)
    const ended = this.#ended.then((): Answer => ({ failed: this.#end() }))
    this.#child.send(request)
    const timer = setTimeout(() => {
      this.#errors = `It did not answer within ${patienceMs / 1_000} seconds.`
      this.#child.kill('SIGKILL')
    }, patienceMs)
    return Promise.race([answered, ended]).finally(() => clearTimeout(timer))
  }

  async end(): Promise<void> {
    await this.ask({ ask: 'close' })
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL')
      await this.#ended
    }
  }

  #end(): string {
    return `Its process ended: ${this.#errors.split('\n').find((line) => /Error/.test(line)) ?? this.#errors.slice(-200)}`
  }
}
