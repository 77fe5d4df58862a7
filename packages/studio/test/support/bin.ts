import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

const program = new URL('../../src/bin.ts', import.meta.url).pathname

/** Processes that come after one another read what the first has compiled. */
const cache = process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), 'sessions-compile-cache')

/** The studio as people start it: a process of its own. */
export class Running implements AsyncDisposable {
  /** What opens it. */
  link = ''
  /** All that it has printed. */
  printed = ''
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  readonly #ended: Promise<unknown[]>

  private constructor(args: readonly string[], env: Readonly<Record<string, string>>, cwd: string | undefined) {
    const { PATH = '', HOME = '' } = process.env
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
    this.#child = spawn(process.execPath, [program, ...args], {
      env: { PATH, HOME, NODE_COMPILE_CACHE: cache, ...env },
      cwd,
      stdio,
    })
    this.#ended = once(this.#child, 'close')
    this.#child.stderr.on('data', (data) => {
      this.printed += String(data)
    })
  }

  /** Resolves once it has printed its link, or has ended. */
  static async start(
    args: readonly string[],
    { env = {}, cwd }: { env?: Readonly<Record<string, string>>; cwd?: string } = {},
  ): Promise<Running> {
    const running = new Running(args, env, cwd)
    for await (const line of createInterface(running.#child.stdout)) {
      running.printed += `${line}\n`
      const [link] = /^http:\/\/\S+$/.exec(line) ?? []
      if (link === undefined) continue
      running.link = link
      break
    }
    return running
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** As Ctrl-C does. Resolves to its exit code. */
  async interrupt(): Promise<number> {
    this.#child.kill('SIGINT')
    return await this.ended()
  }

  async ended(): Promise<number> {
    const [code] = await this.#ended
    return code as number
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}
