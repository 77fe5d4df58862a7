import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface ServerProcess extends AsyncDisposable {
  pid: number
  /** Where it listens, without a path. */
  url: string
  /** Sends JSON to it, and gives what it answers. */
  request(path: string, body?: unknown, options?: RequestInit): Promise<Response>
  /** Ends it as a platform does, with SIGTERM. The exit code. */
  stop(): Promise<number | null>
}

/** A program of the examples, or of these tests, as a process of its own that serves on a free port. */
export async function startServer(program: string, environment: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
  const file = fileURLToPath(new URL(program, import.meta.url))
  const ofUser = Object.entries(process.env).filter(([name]) => !/^(OPENAI_|VITEST)/.test(name))
  const child = spawn(process.execPath, [file], {
    env: { ...Object.fromEntries(ofUser), ...environment, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exit = once(child, 'exit') as Promise<[number | null]>
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const lines = createInterface({ input: child.stdout })
  const [line] = (await Promise.race([once(lines, 'line'), exit])) as [unknown]
  const url = /^Listening on (\S+)$/.exec(String(line))?.[1]
  if (url === undefined) throw new Error(`${program} does not listen:\n${errors}`)
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM')
    return (await exit)[0]
  }
  return {
    pid: child.pid ?? 0,
    url,
    request: (path, body, options = {}) =>
      fetch(new URL(path, url), {
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
        ...options,
        headers: { 'content-type': 'application/json', ...options.headers },
      }),
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}
