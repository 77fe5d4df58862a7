import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { spawn as spawnTerminal } from '@lydell/node-pty'

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

/** In a pipe. */
export async function sessions(args: readonly string[], { env, cwd, input = '' }: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], { env: environment(env), cwd })
  child.stdin.end(input)
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, stdout, stderr }
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
