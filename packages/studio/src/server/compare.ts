import type { OpenStore } from '@sessions/cli/program'
import { yieldIfLong } from '@sessions/core'
import type { Comparison } from '../shared/api.ts'
import { pageEntry, type ReadEntry, readPage } from './entries.ts'

const stride = 500
/** How many entries of either side are told, from where they part. */
const most = 100

/** What two sessions have in common from the beginning, and how each goes on. @throws AbortError */
export async function compare(
  opened: OpenStore,
  sessionId: string,
  other: string,
  signal: AbortSignal,
): Promise<Comparison> {
  const [left, right] = [forward(opened, sessionId), forward(opened, other)]
  let common = 0
  for (;;) {
    signal.throwIfAborted()
    const [one, two] = [await left.peek(), await right.peek()]
    if (one === undefined || two === undefined || one.record !== two.record) break
    common++
    left.skip()
    right.skip()
    await yieldIfLong()
  }
  const [rest, otherRest] = [await left.rest(most + 1), await right.rest(most + 1)]
  return {
    common,
    left: rest.slice(0, most).map((entry) => pageEntry(entry)),
    right: otherRest.slice(0, most).map((entry) => pageEntry(entry)),
    leftMore: rest.length > most,
    rightMore: otherRest.length > most,
  }
}

interface Forward {
  peek(): Promise<ReadEntry | undefined>
  skip(): void
  /** At most so many. */
  rest(count: number): Promise<ReadEntry[]>
}

/** The entries of a session from the oldest on, of which one page at a time is there. */
function forward(opened: OpenStore, sessionId: string): Forward {
  let [page, last, isOver]: [ReadEntry[], string | null, boolean] = [[], null, false]
  let index = 0
  const fill = async (count: number): Promise<void> => {
    while (page.length - index < count && !isOver) {
      const more = await readPage(opened, sessionId, { limit: stride, after: last })
      page = [...page.slice(index), ...more.entries]
      index = 0
      last = more.entries.at(-1)?.id ?? last
      isOver = !more.newer || more.entries.length === 0
    }
  }
  return {
    async peek() {
      await fill(1)
      return page[index]
    },
    skip() {
      index++
    },
    async rest(count) {
      await fill(count)
      return page.slice(index, index + count)
    },
  }
}
