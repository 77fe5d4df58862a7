import type { JSONValue } from '../codec/json.ts'
import { checkMetadata } from '../store/history-change.ts'
import type { RecordStore } from '../store/record-store.ts'
import type { HistoryAccess } from './history-access.ts'

/** Decides on a patch from the metadata as they are; called again where somebody changed them meanwhile. */
export type MetadataUpdate = (
  metadata: Record<string, JSONValue>,
) => Record<string, JSONValue | undefined> | Promise<Record<string, JSONValue | undefined>>

/** Reads, lets `update` decide, and writes on the condition that the metadata are still what it saw. */
export async function updateMetadata(
  access: HistoryAccess<object>,
  store: RecordStore,
  update: MetadataUpdate,
): Promise<void> {
  await access.modify(async () => {
    const expectMetadata = (await store.getSessionInfo(access.sessionId))?.metadata ?? {}
    const metadata = checkMetadata(await update(structuredClone(expectMetadata)))
    if (Object.keys(metadata).length === 0) return { status: 'applied', dropped: [] }
    return await access.records.commit(access.sessionId, { expectMetadata, metadata })
  })
}
