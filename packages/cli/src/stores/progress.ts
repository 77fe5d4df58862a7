import type { SessionFilter } from '@sessions/core'
import { type ProgressBar, startProgress } from '../output/progress.ts'
import type { OpenStore } from './open-store.ts'

/** Shows how far `work` is with the sessions of a store, which are counted first where somebody watches and their number is not known. */
export async function withProgress<T>(
  { store }: OpenStore,
  wanted: SessionFilter | number,
  signal: AbortSignal,
  work: (onProgress: (progress: { done: number }) => void) => Promise<T>,
): Promise<T> {
  const bar = await startBar(async () => {
    if (typeof wanted === 'number') return wanted
    let total = 0
    for await (const _ of store.listSessions(wanted, { signal, latest: true })) total++
    return total
  })
  try {
    return await work(({ done }) => bar.update(done))
  } finally {
    bar.stop()
  }
}

async function startBar(count: () => Promise<number>): Promise<ProgressBar> {
  return await startProgress('sessions', process.stderr.isTTY === true ? await count() : undefined)
}
