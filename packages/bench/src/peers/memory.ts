import type { Store } from './contender.ts'

/** Bytes of the heap for each open session: an object for it, which has been read from. Needs `--expose-gc`. */
export async function bytesForEach(store: Store, count: number): Promise<number | undefined> {
  const { handle } = store
  if (handle === undefined) return undefined
  const used = (): number => {
    globalThis.gc?.()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  await store.all('open-warm')
  const before = used()
  const held: object[] = []
  for (let index = 0; index < count; index++) {
    held.push(handle.call(store, `open-${index}`))
    await store.all(`open-${index}`)
  }
  const after = used()
  return held.length === count ? (after - before) / count : undefined
}
