import type { RecordEntry, RecordEntryPage } from '@sessions/core'
import type { OpenStore } from '../stores/open-store.ts'

/** An item of a history. */
export interface FoundEntry {
  /** Absent where the store keeps no places. */
  id?: string
  createdAt?: Date
  item: unknown
  /** Why there is no item. */
  problem?: string
}

/** Records that are read at once. */
const pageSize = 500

/** The newest `limit` items of a session, or all of it, oldest first; one that cannot be decoded says so in its place. */
export async function* entriesOf(
  { store }: Pick<OpenStore, 'store'>,
  sessionId: string,
  { limit, signal }: { limit?: number | undefined; signal: AbortSignal },
): AsyncIterable<FoundEntry> {
  const { jsonCodec } = await import('@sessions/core')
  for await (const records of pagesOf(store, sessionId, limit)) {
    for (const { record, id, createdAt } of records) {
      signal.throwIfAborted()
      const place = { ...(id !== undefined && { id }), ...(createdAt !== undefined && { createdAt }) }
      try {
        yield { ...place, item: await jsonCodec.decode(record) }
      } catch (error) {
        yield { ...place, item: undefined, problem: (error as Error).message }
      }
    }
  }
}

type FoundRecord = Partial<RecordEntry> & Pick<RecordEntry, 'record'>

async function* pagesOf(
  { records }: OpenStore['store'],
  sessionId: string,
  limit: number | undefined,
): AsyncIterable<FoundRecord[]> {
  if (!records.keepsPlaces) {
    yield (await records.read(sessionId, limit)).map((record) => ({ record }))
    return
  }
  if (limit !== undefined) {
    yield (await records.entries(sessionId, { limit })).entries
    return
  }
  let after: string | null = null
  for (;;) {
    const page: RecordEntryPage = await records.entries(sessionId, { limit: pageSize, after })
    yield page.entries
    after = page.entries.at(-1)?.id ?? null
    if (!page.newer || after === null) return
  }
}
