import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { thisMachine } from '../peers/machine.ts'
import { scaleFile } from '../report/scaling.ts'
import { grounds } from './grounds.ts'
import type { Scale } from './results.ts'
import { sweepItems, sweepSessions } from './sweep.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const itemsOfEach = 10

export interface ScaleOptions {
  /** How many sessions, and items of one session, there are in the last step. */
  readonly largest: number
  /** All of them if there is none. */
  readonly backends: readonly string[]
}

/** Measures how stores grow, writes the raw results to docs/benchmarks, and the tables of docs/scaling.md from them. */
export async function run({ largest, backends }: ScaleOptions): Promise<boolean> {
  setFlagsFromString('--expose-gc')
  globalThis.gc = runInNewContext('gc')
  const unknown = backends.find((name) => !Object.hasOwn(grounds, name))
  if (unknown !== undefined)
    throw new RangeError(`There is no backend ${unknown}: there are ${Object.keys(grounds).join(', ')}.`)
  for (const [name, start] of Object.entries(grounds)) {
    if (backends.length > 0 && !backends.includes(name)) continue
    const backend = name as keyof typeof grounds
    const [machine, date] = [thisMachine(), new Date().toISOString().slice(0, 10)]
    const begin = performance.now()
    await using many = await start()
    const sessions = await sweepSessions(many, largest, itemsOfEach)
    await using long = await start()
    const items = await sweepItems(long, largest)
    const scale: Scale = { backend, server: many.server, date, machine, itemsOfEach, sessions, items }
    const file = scaleFile(backend)
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), JSON.stringify(scale))
    execFileSync('biome', ['format', '--write', '--log-level=error', file], { cwd: root, stdio: 'inherit' })
    console.log(`${backend} (${((performance.now() - begin) / 1_000).toFixed(0)} s)`)
  }
  execFileSync(process.execPath, ['scripts/generate-docs.ts'], { cwd: root, stdio: 'inherit' })
  return true
}
