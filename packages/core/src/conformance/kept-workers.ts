import type { WorkerSource } from './harness.ts'
import { startWorkers, type WorkerProcess } from './processes.ts'

/** By where they open the storage: those that a case has left, and those that are being closed for the next one. */
const kept = new Map<string, Set<WorkerProcess>>()
let keepers = 0

/**
 * Until it is released, a case leaves its processes to the next one on the same storage: to start one takes longer than most of what
 * it is told to do. Whoever runs cases one after the other keeps them over all of them.
 * @returns the release. @throws Error where one of them has died meanwhile
 */
export function keepWorkers(): () => Promise<void> {
  keepers++
  let released = false
  return async () => {
    if (released) return
    released = true
    if (--keepers > 0) return
    const all = [...kept.values()].flatMap((workers) => [...workers])
    kept.clear()
    await Promise.all(all.map((worker) => worker.stop()))
  }
}

/** Processes that have not opened the storage, or have closed it again. */
export async function takeWorkers(source: WorkerSource, count: number): Promise<WorkerProcess[]> {
  const left = keptFor(source)
  const taken = [...left].filter((worker) => worker.isFree).slice(0, count)
  for (const worker of taken) left.delete(worker)
  return [...taken, ...(await startWorkers(source, count - taken.length))]
}

/** Ends it, or closes its store and keeps it: one that has done all that it was told, and nothing wrong. */
export async function leaveWorker(source: WorkerSource, worker: WorkerProcess): Promise<void> {
  if (keepers === 0 || !worker.isFree) return worker.stop()
  keptFor(source).add(worker)
  await worker.run({ type: 'close' })
}

function keptFor(source: WorkerSource): Set<WorkerProcess> {
  const place = JSON.stringify([source.module, source.export, source.options ?? null])
  const workers = kept.get(place) ?? new Set()
  kept.set(place, workers)
  return workers
}
