import { itemKind } from '@sessions/cli/items'
import type { OpenStore } from '@sessions/cli/program'
import { type EntryQuery, type RecordEntry, type RecordEntryPage, yieldIfLong } from '@sessions/core'
import { isUnreadable } from './sessions.ts'

const stride = 200
/** Of a longer history the beginning is read. */
const most = 20_000

/** What the records of a history come to. */
export interface Measures {
  /** As they are stored, in UTF-8. */
  bytes: number
  /** Whether there are more than were read. */
  isCut: boolean
  itemsByDay: ReadonlyMap<string, number>
  /** In milliseconds; absent where no times are kept. */
  longestTurn?: number
}

/** Reads a history, a page at a time, and keeps nothing of it. @throws AbortError */
export async function measure(
  opened: OpenStore,
  sessionId: string,
  dayOf: (time: Date) => string,
  signal: AbortSignal,
): Promise<Measures> {
  const itemsByDay = new Map<string, number>()
  const turns = new Turns()
  let [bytes, count, isCut] = [0, 0, false]
  for await (const { entries, plain } of pages(opened, sessionId)) {
    signal.throwIfAborted()
    isCut = count + entries.length > most
    for (const [index, { record, createdAt }] of entries.slice(0, most - count).entries()) {
      bytes += Buffer.byteLength(record)
      if (createdAt !== undefined) {
        const day = dayOf(createdAt)
        itemsByDay.set(day, (itemsByDay.get(day) ?? 0) + 1)
        turns.add(createdAt.getTime(), isUser(plain[index] ?? ''))
      }
      await yieldIfLong()
    }
    count += entries.length
    if (isCut) break
  }
  const { longest } = turns
  return { bytes, isCut, itemsByDay, ...(longest !== undefined && { longestTurn: longest }) }
}

type Found = Pick<RecordEntry, 'record'> & Partial<RecordEntry>

/** The records as they are stored, and as they are where that lets itself be read. */
async function* pages(
  { store, bare }: OpenStore,
  sessionId: string,
): AsyncIterable<{ entries: readonly Found[]; plain: readonly string[] }> {
  if (!bare.records.keepsPlaces) {
    const records = await bare.records.read(sessionId, most + 1)
    return yield { entries: records.map((record) => ({ record })), plain: [] }
  }
  let after: string | null = null
  for (;;) {
    const query: EntryQuery = { limit: stride, after }
    const page = await bare.records.entries(sessionId, query).catch(emptyIfGone)
    const { entries } = page
    const plain = store === bare ? page : await store.records.entries(sessionId, query).catch(emptyIfUnreadable)
    yield { entries, plain: plain.entries.map(({ record }) => record) }
    after = entries.at(-1)?.id ?? null
    if (!page.newer || after === null) return
  }
}

const nothing: RecordEntryPage = { entries: [], older: false, newer: false }

/** A session that was rewritten or removed meanwhile has no more than was read. */
function emptyIfGone(error: unknown): RecordEntryPage {
  if ((error as { code?: unknown }).code === 'SESSION_CONFLICT') return nothing
  throw error
}

/** How large it is can be told nonetheless. */
function emptyIfUnreadable(error: unknown): RecordEntryPage {
  return isUnreadable(error) ? nothing : emptyIfGone(error)
}

/** The longest of the turns of a history, from what the user said to the last item before they spoke again. */
class Turns {
  longest: number | undefined
  #start: number | undefined
  #wasUser = false

  add(time: number, isUser: boolean): void {
    if (isUser && !this.#wasUser) this.#start = time
    this.#wasUser = isUser
    if (this.#start !== undefined && !isUser) this.longest = Math.max(this.longest ?? 0, time - this.#start)
  }
}

function isUser(record: string): boolean {
  try {
    return itemKind(JSON.parse(record)).speaker === 'user'
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return false
    throw error
  }
}
