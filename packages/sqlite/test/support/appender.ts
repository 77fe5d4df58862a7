import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'vitest'

const program = new URL('../programs/append.ts', import.meta.url)

/** A real process that appends to a session when told to. */
export class Appender {
  acknowledged = 0
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  #output = ''

  static async start(path: string, sessionId: string, writer: string, batches: number): Promise<Appender> {
    const child = fork(program, [path, sessionId, writer, String(batches)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    const appender = new Appender(child)
    await once(child, 'message')
    child.on('message', (index: number) => {
      appender.acknowledged = index + 1
    })
    return appender
  }

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#ended = once(child, 'exit')
    child.stderr?.on('data', (data) => {
      this.#output += String(data)
    })
  }

  /** Appends all batches and ends; rejects with what the process said where it failed. */
  async run(): Promise<void> {
    this.#child.send('go')
    await this.#ended
    if (this.#child.exitCode !== 0) throw new Error(`An appending process failed: ${this.#output}`)
  }

  /** Appends until so many batches are acknowledged, then SIGKILL. */
  async runUntilKilled(after: number): Promise<void> {
    this.#child.on('message', () => {
      if (this.acknowledged >= after) this.#child.kill('SIGKILL')
    })
    this.#child.send('go')
    await this.#ended
    expect(this.#child.signalCode, this.#output).toBe('SIGKILL')
  }
}

/** The number of batches of each writer; fails where one is torn, interleaved, lost or out of order. */
export function countWholeBatches(contents: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (let start = 0; start < contents.length; start += 5) {
    const writer = contents[start]?.split('/')[0] ?? ''
    const index = counts.get(writer) ?? 0
    expect(contents.slice(start, start + 5)).toEqual([0, 1, 2, 3, 4].map((place) => `${writer}/${index}/${place}`))
    counts.set(writer, index + 1)
  }
  return counts
}
