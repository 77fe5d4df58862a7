import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Contender } from './contender.ts'
import type { Answer, Request } from './messages.ts'

/** Milliseconds after which a contender that has not answered never will. */
const patienceMs = 180_000

const program = fileURLToPath(new URL('contender-program.ts', import.meta.url))

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

function nodeCommand(file: string, node: NodeOptions): [string, ...string[]] {
  return [process.execPath, '--expose-gc', ...node.arguments, program, file]
}

/** The process of one contender. Contenders in one process would disturb each other. */
export class ContenderProcess {
  readonly contender: Contender
  readonly #child: ChildProcess
  readonly #ended: Promise<void>
  #errors = ''
  #missing: string | undefined

  constructor(contender: Contender, file: string, node: NodeOptions) {
    this.contender = contender
    const [command, ...parameters] = contender.command ?? nodeCommand(file, node)
    // What peers print is not ours to show.
    this.#child = spawn(command, parameters, { env: environment, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', () => resolve())
      // It could not be started, or does not listen any more.
      this.#child.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' && error.syscall?.startsWith('spawn')) this.#missing = command
        if (this.#errors === '') this.#errors = String(error)
        resolve()
      })
    })
    this.#child.stderr?.on('data', (data) => {
      this.#errors = (this.#errors + String(data)).slice(-2_000)
    })
  }

  /** Its answer, never a rejection. One request at a time. A process that ends instead of answering has failed, and so has one that takes minutes. */
  async ask(request: Request): Promise<Answer> {
    const ended = this.#ended.then(() => this.#end())
    if (!this.#child.connected) return ended
    const answered = new Promise<Answer>((resolve) => {
      this.#child.once('message', (answer) => resolve(answer as Answer))
    })
    this.#child.send(request)
    const timer = setTimeout(() => {
      this.#errors = `It did not answer within ${patienceMs / 1_000} seconds.`
      this.#child.kill('SIGKILL')
    }, patienceMs)
    return Promise.race([answered, ended]).finally(() => clearTimeout(timer))
  }

  async end(): Promise<void> {
    await this.ask({ ask: 'close' })
    this.#child.kill('SIGKILL')
    await this.#ended
    if (this.#child.connected) this.#child.disconnect()
  }

  #end(): Answer {
    if (this.#missing !== undefined) return { skipped: `no ${this.#missing}` }
    const line = this.#errors.split('\n').find((line) => /Error/.test(line)) ?? this.#errors.slice(-200)
    return { failed: `Its process ended: ${line}` }
  }
}
