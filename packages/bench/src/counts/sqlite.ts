import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type SyscallTracer, syscallTracer } from '@sessions/test-servers'
import type { Backend, Costs } from './backend.ts'
import { type Counts, costs, type Readings } from './measure.ts'

const program = fileURLToPath(new URL('./sqlite-program.ts', import.meta.url))

export const sqlite: Backend = () => countOn('plain')
export const encrypted: Backend = () => countOn('encrypted')

/** In a process of its own, in which it may run while servers are started. */
async function countOn(kind: 'plain' | 'encrypted'): Promise<() => Promise<Costs>> {
  const costs = await countIn(kind)
  return async () => costs
}

async function countIn(kind: 'plain' | 'encrypted'): Promise<Costs> {
  const folder = await mkdtemp(join(tmpdir(), 'sessions-counts-'))
  try {
    const tracer = await syscallTracer().catch(reasonOf)
    if (typeof tracer !== 'string') return await traced(kind, folder, tracer)
    const { version, readings } = await run([process.execPath, program, kind, folder])
    return { version, calls: costs(readings), missing: `No syncs and no bytes of the log: ${tracer}` }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function traced(kind: string, folder: string, tracer: SyscallTracer): Promise<Costs> {
  const log = join(folder, 'calls.log')
  const { version, readings } = await run(tracer.command([process.execPath, program, kind, folder], log))
  const atMarks: Counts[] = []
  let [syncs, logBytes] = [0, 0]
  for (const { name, path, bytes } of await tracer.read(log)) {
    if (path.startsWith(join(folder, 'mark-'))) atMarks.push({ syncs, logBytes })
    else if (name.endsWith('sync')) syncs++
    else if (path.endsWith('-wal')) logBytes += bytes
  }
  const complete = ({ mark = 0, ...counts }: Counts): Counts => ({ ...counts, ...atMarks[mark - 1] })
  const completed = Object.entries(readings).map(([name, pairs]) => {
    return [name, pairs.map(([before, after]) => [complete(before), complete(after)] as const)] as const
  })
  return { version, calls: costs(Object.fromEntries(completed)) }
}

async function run([command = '', ...parameters]: string[]): Promise<{ version: string; readings: Readings }> {
  const { stdout } = await promisify(execFile)(command, parameters, { maxBuffer: 64 * 2 ** 20 })
  return JSON.parse(stdout)
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
