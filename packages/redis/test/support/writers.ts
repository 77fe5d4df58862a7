import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { RedisStore, type RedisStoreOptions } from '@sessions/redis'
import type { RedisServer } from '@sessions/test-servers'
import { expect, onTestFinished } from 'vitest'
import { connectTo, type Place } from './clients.ts'

const program = new URL('../programs/append.ts', import.meta.url)

interface Message {
  id?: string
  code?: string
  ambiguous?: boolean
  stopped?: true
}

/** What came of the appends. */
export interface Figures {
  acknowledged: number
  found: number
  /** Items that are there more than once. */
  duplicated: number
  /** Acknowledged and not there. */
  lost: number
  /** Rejected as certainly not written, and there. */
  denied: number
  /** Rejected, by code; `ambiguous` ones may be there. */
  rejected: Record<string, number>
}

/** Four processes, each with one store, that append to a few sessions all the time. */
export class Writers {
  readonly #children: ChildProcess[]
  readonly #place: Place
  readonly #sessionCount: number
  readonly #acknowledged: Set<string>[]
  readonly #denied = new Set<string>()
  readonly #rejected: Record<string, number> = {}
  #output = ''

  constructor(place: Place, options: RedisStoreOptions, sessionCount = 1, pauseMs = 3) {
    this.#place = place
    this.#sessionCount = sessionCount
    this.#acknowledged = Array.from({ length: 4 }, () => new Set())
    this.#children = Array.from({ length: 4 }, (_, index) => {
      const parameters = [JSON.stringify(place), JSON.stringify(options), `w${index}`, `${sessionCount}`, `${pauseMs}`]
      const child = fork(program, parameters, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
      child.on('message', (message: Message) => this.#note(index, message))
      child.stderr?.on('data', (data) => {
        this.#output += String(data)
      })
      return child
    })
  }

  /** Resolves when every process has had so many more appends acknowledged. */
  async progress(count: number): Promise<void> {
    const before = this.#acknowledged.map(({ size }) => size)
    const reached = (): boolean => this.#acknowledged.every(({ size }, index) => size >= (before[index] ?? 0) + count)
    await expect.poll(reached, { interval: 20, message: `writers get on again ${this.#output}` }).toBe(true)
  }

  /** Resolves when so many more appends have been rejected. */
  async setbacks(count: number): Promise<void> {
    const sum = (): number => Object.values(this.#rejected).reduce((total, each) => total + each, 0)
    const before = sum()
    await expect.poll(() => sum() >= before + count, { interval: 20 }).toBe(true)
  }

  /** Ends the processes and compares what they were told with what is there. */
  async stop(): Promise<Figures> {
    const ended = this.#children.map((child) => once(child, 'exit'))
    for (const child of this.#children) child.send('stop')
    await Promise.all(ended)
    expect(this.#output).toBe('')
    const found = await this.#read()
    const counts = new Map<string, number>()
    for (const id of found) counts.set(id, (counts.get(id) ?? 0) + 1)
    const acknowledged = this.#acknowledged.flatMap((ids) => [...ids])
    return {
      acknowledged: acknowledged.length,
      found: found.length,
      duplicated: [...counts.values()].filter((count) => count > 1).length,
      lost: acknowledged.filter((id) => !counts.has(id)).length,
      denied: [...this.#denied].filter((id) => counts.has(id)).length,
      rejected: this.#rejected,
    }
  }

  /** For a test that failed. */
  kill(): void {
    for (const child of this.#children) child.kill('SIGKILL')
  }

  #note(index: number, { id, code, ambiguous }: Message): void {
    if (id === undefined) return
    if (code === undefined) {
      this.#acknowledged[index]?.add(id)
      return
    }
    if (ambiguous !== true) this.#denied.add(id)
    const kind = ambiguous === true ? `${code}, ambiguous` : code
    this.#rejected[kind] = (this.#rejected[kind] ?? 0) + 1
  }

  async #read(): Promise<string[]> {
    const client = await connectTo(this.#place)
    const store = new RedisStore({ client })
    const ids = []
    for (let index = 0; index < this.#sessionCount; index++) {
      const items = await store.session<{ content: string }>(`shared ${index}`).getItems()
      ids.push(...items.map(({ content }) => content))
    }
    client.destroy()
    return ids
  }
}

/** Prints the figures of one fault and keeps them as JSON. */
export function record(fault: string, figures: Figures): void {
  const { rejected, ...counts } = figures
  const cells = Object.entries({ ...counts, ...rejected }).map(([name, value]) => `${name} ${value}`)
  process.stdout.write(`${fault}: ${cells.join(' · ')}\n`)
  mkdirSync('.faults', { recursive: true })
  writeFileSync(`.faults/${fault.replace(/\W+/g, '-')}.json`, `${JSON.stringify({ fault, ...figures }, null, 2)}\n`)
}

/** What comes of appends to a server that is killed and started under them, time and again. */
export async function figuresOfRestarts(server: RedisServer, place: Place, kills: number): Promise<Figures> {
  const writers = new Writers(place, { retries: 8, busyTimeoutMs: 1_000, timeoutMs: 1_000 }, 2)
  onTestFinished(() => writers.kill())
  for (let round = 0; round < kills; round++) {
    await writers.progress(20)
    await server.kill()
    await server.start()
  }
  await writers.progress(20)
  return await writers.stop()
}
