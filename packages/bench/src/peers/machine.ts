import { cpus, loadavg, release, totalmem, type } from 'node:os'
import type { Machine } from './results.ts'

/** What the report says of the machine: nothing that would name it. */
export function thisMachine(): Machine {
  const [first] = cpus()
  return {
    processor: first?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${release().replace(/-.*/, '')}`,
    node: process.version,
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
  }
}
