import { CallerFailure } from '../call/caller-failure.ts'
import type { JSONValue } from '../codec/json.ts'
import { checkMetadata } from '../store/history-change.ts'
import type { HistoryAccess } from './history-access.ts'

/** Decides on a patch from the metadata as they are; called again where somebody changed them meanwhile. */
export type MetadataUpdate = (
  metadata: Record<string, JSONValue>,
) => Record<string, JSONValue | undefined> | Promise<Record<string, JSONValue | undefined>>

/**
 * Reads, lets `update` decide, and writes on the condition that the metadata are still what it saw. What `update` throws is the
 * caller's own, and reaches them as it is.
 */
export async function updateMetadata(
  access: Pick<HistoryAccess<object>, 'sessionId' | 'records'>,
  update: MetadataUpdate,
): Promise<void> {
  await access.records.modify(access.sessionId, async () => {
    const expectMetadata = (await access.records.info(access.sessionId))?.metadata ?? {}
    let metadata: Record<string, JSONValue | undefined> = {}
    try {
      metadata = checkMetadata(await update(structuredClone(expectMetadata)))
    } catch (error) {
      throw new CallerFailure(error)
    }
    if (Object.keys(metadata).length === 0) return { status: 'applied', dropped: [] }
    return await access.records.commit(access.sessionId, { expectMetadata, metadata })
  })
}

/** @throws TypeError for what is no function */
export function checkUpdate(update: unknown): MetadataUpdate {
  if (typeof update === 'function') return update as MetadataUpdate
  throw new TypeError('updateMetadata takes a function of the metadata.')
}
