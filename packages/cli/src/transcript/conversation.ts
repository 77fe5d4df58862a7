import type { Block } from './block.ts'
import { blockOf } from './block-of.ts'
import type { FoundEntry } from './entries.ts'

/** An entry, and the result of the call that it is. */
export interface Passage {
  entry: FoundEntry
  block: Block
  /** Those of its results that follow soon. */
  results: { entry: FoundEntry; block: Block }[]
}

/** For so many entries a call waits for its result. */
const reach = 200

/** The entries in their order, but results beside their calls. */
export async function* conversation(entries: AsyncIterable<FoundEntry>): AsyncIterable<Passage> {
  let waiting: Passage[] = []
  for await (const entry of entries) {
    const block = blockOf(entry)
    const { callId } = block
    const asked = block.speaker === 'result' && callId !== undefined
    const call = asked ? waiting.find((passage) => isCallOf(passage, callId)) : undefined
    if (call === undefined) waiting.push({ entry, block, results: [] })
    else call.results.push({ entry, block })
    // What the user says next comes after all that was answered.
    const ready = block.speaker === 'user' || waiting.length > reach ? waiting.length : waiting.findIndex(isUnanswered)
    const count = ready < 0 ? waiting.length : ready
    yield* waiting.slice(0, count)
    waiting = waiting.slice(count)
  }
  yield* waiting
}

function isUnanswered({ block, results }: Passage): boolean {
  return block.speaker === 'call' && block.callId !== undefined && results.length === 0
}

function isCallOf({ block }: Passage, callId: string): boolean {
  return block.speaker === 'call' && block.callId === callId
}
