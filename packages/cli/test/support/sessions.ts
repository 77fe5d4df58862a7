import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { spawn as spawnTerminal } from '@lydell/node-pty'
import { afterAll } from 'vitest'

const program = new URL('../../src/cli.ts', import.meta.url).pathname

/** Processes that come after one another read what the first has compiled. */
const cache = process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), 'sessions-compile-cache')

export interface Ended {
  code: number
  stdout: string
  stderr: string
}

export interface RunOptions {
  env?: Readonly<Record<string, string>>
  cwd?: string
  input?: string
}

/** Nothing of the environment of whoever runs the tests decides. */
function environment(env: RunOptions['env'] = {}): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, NODE_COMPILE_CACHE: cache, TERM: 'xterm-256color', PAGER: 'cat', ...env }
}

/** In a pipe: a process of its own where one is needed, else one that runs all of them, which saves starting it. */
export async function sessions(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { env, cwd, input } = options
  if (cwd === undefined && input === undefined) {
    running ??= new Commands()
    return await running.run(args, environment(env))
  }
  const child = spawn(process.execPath, [program, ...args], { env: environment(env), cwd })
  child.stdin.end(input)
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, stdout, stderr }
}

/** Likewise, of one that goes on until it is interrupted: once it has said this. */
export async function sessionsInterrupted(
  args: readonly string[],
  said: string,
  { env, cwd }: RunOptions = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], { env: environment(env), cwd })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (data) => {
    stdout += data
    if (stdout.includes(said)) child.kill('SIGINT')
  })
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { code, stdout, stderr }
}

let running: Commands | undefined
// Test files that share their modules begin one each.
afterAll(() => {
  running?.end()
  running = undefined
})

/** A process that runs one command after the other. */
class Commands {
  readonly #child = spawn(process.execPath, [new URL('../programs/commands.ts', import.meta.url).pathname])
  readonly #outputs = [this.#child.stdout, this.#child.stderr].map(untilMarks)
  #last: Promise<unknown> = Promise.resolve()

  async run(args: readonly string[], env: Record<string, string>): Promise<Ended> {
    const mine = this.#last.then(async () => {
      // In ASCII: readline takes some separators of Unicode for the end of a line.
      const line = JSON.stringify({ args, env }).replaceAll(/[^ -~]/g, escaped)
      this.#child.stdin.write(`${line}\n`)
      const [stdout, stderr] = await Promise.all(this.#outputs.map((output) => output.next()))
      if (stdout?.done !== false || stderr?.done !== false) throw new Error('The process that runs commands has ended.')
      return { code: stdout.value.code, stdout: stdout.value.text, stderr: stderr.value.text }
    })
    this.#last = mine.catch(() => undefined)
    return await mine
  }

  end(): void {
    this.#child.stdin.end()
  }
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** What comes before each mark, with the exit code in it. */
async function* untilMarks(stream: Readable): AsyncGenerator<{ text: string; code: number }, void> {
  let seen = ''
  for await (const data of stream.setEncoding('utf8')) {
    seen += data
    for (let mark = seen.indexOf('\0'); mark >= 0 && seen.endsWith('\n'); mark = seen.indexOf('\0')) {
      const end = seen.indexOf('\n', mark)
      yield { text: seen.slice(0, mark), code: Number(seen.slice(mark + 1, end)) }
      seen = seen.slice(end + 1)
    }
  }
}

/** What a program says to a person who sits there. */
export interface Talk extends RunOptions {
  columns?: number
  /** What is typed, each once its question is on the screen. */
  answers?: readonly (readonly [seen: string, typed: string | (() => Promise<void>)])[]
}

/** In a terminal: what it showed, with all control sequences. */
export async function sessionsInTerminal(
  args: readonly string[],
  { env, cwd = process.cwd(), columns = 100, answers = [] }: Talk = {},
): Promise<{ code: number; screen: string }> {
  const terminal = spawnTerminal(process.execPath, [program, ...args], {
    env: environment(env),
    cwd,
    cols: columns,
    rows: 40,
  })
  const waiting = [...answers]
  let [screen, from] = ['', 0]
  return await new Promise((resolve) => {
    terminal.onData((data) => {
      screen += data
      const [next] = waiting
      if (next === undefined || !plain(screen.slice(from)).includes(next[0])) return
      waiting.shift()
      from = screen.length
      if (typeof next[1] === 'string') terminal.write(next[1])
      else void next[1]()
    })
    terminal.onExit(({ exitCode, signal }) => resolve({ code: signal ? 128 + signal : exitCode, screen }))
  })
}

/** Without the control sequences of ECMA-48 that a program of ours writes. */
export function plain(screen: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return screen.replaceAll(/\x1b(\[[0-9;?]*[A-Za-z]|[78])/g, '').replaceAll('\r\n', '\n')
}

/** The values of lines of JSON. */
export function values<T = Record<string, unknown>>({ stdout }: Pick<Ended, 'stdout'>): T[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}
