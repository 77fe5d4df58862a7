import type { JSONValue } from '../codec/json.ts'
import { checkMetadata } from '../store/history-change.ts'
import type { RecordStore } from '../store/record-store.ts'
import type { HistoryAccess } from './history-access.ts'

/** Decides on a patch from the metadata as they are; called again where somebody changed them meanwhile. */
export type MetadataUpdate = (
  metadata: Record<string, JSONValue>,
) => Record<string, JSONValue | undefined> | Promise<Record<string, JSONValue | undefined>>

/**
 * Reads, lets `update` decide, and writes on the condition that the metadata are still what it saw. What `update` throws is given back,
 * since it is the caller's own.
 */
export async function updateMetadata(
  access: HistoryAccess<object>,
  store: RecordStore,
  update: MetadataUpdate,
): Promise<{ error: unknown } | undefined> {
  let failure: { error: unknown } | undefined
  await access.modify(async () => {
    const expectMetadata = (await store.getSessionInfo(access.sessionId))?.metadata ?? {}
    let metadata: Record<string, JSONValue | undefined> = {}
    try {
      metadata = checkMetadata(await update(structuredClone(expectMetadata)))
    } catch (error) {
      failure = { error }
    }
    if (Object.keys(metadata).length === 0) return { status: 'applied', dropped: [] }
    return await access.records.commit(access.sessionId, { expectMetadata, metadata })
  })
  return failure
}
