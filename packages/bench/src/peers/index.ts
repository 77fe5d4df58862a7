import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rawFile } from '../report/pages.ts'
import type { Backend } from './contender.ts'
import { contendersOf } from './find.ts'
import { buildOurs, installPeers } from './install.ts'
import { thisMachine } from './machine.ts'
import type { BackendRun } from './results.ts'
import { runBackend } from './run-backend.ts'
import { full, quick } from './sizes.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const backends: readonly Backend[] = ['sqlite', 'postgres', 'mariadb', 'redis', 'memory']

export interface PeersOptions {
  readonly rounds: number
  /** A tenth of the sizes. */
  readonly quick: boolean
  /** All of them if there is none. */
  readonly backends: readonly string[]
}

/** Measures, writes the raw results to docs/benchmarks, and the report from them. */
export async function run({ rounds, quick: isQuick, backends: asked }: PeersOptions): Promise<boolean> {
  const unknown = asked.find((name) => !backends.includes(name as Backend))
  if (unknown !== undefined) throw new RangeError(`There is no backend ${unknown}: there are ${backends.join(', ')}.`)
  const say = (line: string): void => console.log(line)
  const sizes = isQuick ? quick : full
  // Later, its load is that of the backends before.
  const machine = thisMachine()
  installPeers(say)
  buildOurs()
  const node = { arguments: ['--import', new URL('built.ts', import.meta.url).href] }
  for (const backend of backends.filter((name) => asked.length === 0 || asked.includes(name))) {
    const found = await contendersOf(backend, true)
    const results = await runBackend(found, { sizes, rounds, node, say })
    const file = rawFile(backend)
    const raw: BackendRun = { date: new Date().toISOString().slice(0, 10), machine, sizes, ...results }
    mkdirSync(join(root, dirname(file)), { recursive: true })
    writeFileSync(join(root, file), JSON.stringify(raw))
    execFileSync('biome', ['format', '--write', '--log-level=error', file], { cwd: root, stdio: 'inherit' })
  }
  execFileSync(process.execPath, ['scripts/generate-docs.ts'], { cwd: root, stdio: 'inherit' })
  return true
}
