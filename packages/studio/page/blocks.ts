import { type Fields, type ItemKind, itemKind } from '@sessions/cli/items'
import type { PageEntry } from '../src/shared/api.ts'
import { handoffTo, isAnswered, type Outcome, outcomeOf } from '../src/shared/outcome.ts'

/** The result of a call. */
export interface Result {
  entry: PageEntry
  fields: Fields
  outcome: Outcome
  /** How many entries lie between the call and this. */
  distance: number
}

/** What becomes of a call: `unknown` where the result may be among what was not loaded. */
export type CallState = Outcome | 'pending' | 'unknown'

/** An entry as it is shown: a call has its results beside it, wherever they stand. */
export interface Block {
  entry: PageEntry
  /** Absent where there is no item. */
  fields?: Fields
  kind: ItemKind
  results: readonly Result[]
  /** Of a call that is answered by an item of its own. */
  state?: CallState
  /** The agent that it hands over to. */
  handoff?: string
  /** Whether a turn begins with it, as far as is known from what is loaded. */
  startsTurn: boolean
}

/** The blocks of a stretch of entries. @param hasNewer - whether there are entries after them */
export function blocksOf(entries: readonly PageEntry[], hasNewer: boolean): Block[] {
  const blocks: (Block & { results: Result[] })[] = []
  const calls = new Map<string, { block: Block & { results: Result[] }; index: number }>()
  let wasUser = false
  for (const [index, entry] of entries.entries()) {
    const fields = entry.item
    const kind: ItemKind = fields === undefined ? { speaker: 'other', title: 'unreadable' } : itemKind(fields)
    const isUser = kind.speaker === 'user'
    const startsTurn = isUser && !wasUser
    wasUser = isUser
    const { callId, speaker } = kind
    const call = speaker === 'result' && callId !== undefined ? calls.get(callId) : undefined
    if (call !== undefined && fields !== undefined) {
      call.block.results.push({ entry, fields, outcome: outcomeOf(fields), distance: index - call.index - 1 })
      continue
    }
    const handoff = speaker === 'call' ? handoffTo(kind.title) : undefined
    const block = {
      entry,
      kind,
      results: [],
      startsTurn,
      ...(fields && { fields }),
      ...(handoff !== undefined && { handoff }),
    }
    blocks.push(block)
    if (speaker === 'call' && callId !== undefined && isAnswered(fields?.type)) calls.set(callId, { block, index })
  }
  for (const { block } of calls.values()) block.state = stateOf(block, hasNewer)
  return blocks
}

function stateOf({ results }: Block, hasNewer: boolean): CallState {
  const last = results.at(-1)
  if (last !== undefined) return last.outcome
  return hasNewer ? 'unknown' : 'pending'
}

/** Those of `blocks` that are as they were are the very ones of before: they need not be drawn again. */
export function keptFrom(before: readonly Block[], blocks: readonly Block[]): Block[] {
  const known = new Map(before.map((block) => [block.entry, block]))
  return blocks.map((block) => {
    const earlier = known.get(block.entry)
    return earlier !== undefined && isSame(earlier, block) ? earlier : block
  })
}

function isSame(one: Block, other: Block): boolean {
  return (
    one.state === other.state &&
    one.startsTurn === other.startsTurn &&
    one.results.length === other.results.length &&
    one.results.every((result, index) => {
      const { entry, distance } = other.results[index] ?? result
      return entry === result.entry && distance === result.distance
    })
  )
}

/** The block in which an entry is shown. */
export function blockWith(blocks: readonly Block[], entry: string): Block | undefined {
  return blocks.find((block) => block.entry.id === entry || block.results.some((result) => result.entry.id === entry))
}
