import { copyThrough, type ForkRequest, type ForkResult, type RecordStore, SessionError } from '@sessions/core'
import type { EncryptedRecords } from './encrypted-records.ts'

/** What can be seen of a session, sealed anew for another one. Each item keeps the time that its ttl counts from. */
export function forkSealed(records: EncryptedRecords, store: RecordStore, request: ForkRequest): Promise<ForkResult> {
  if (!store.records.supports('create')) {
    throw new SessionError('SESSION_UNSUPPORTED', 'The store beneath cannot fork. Nothing was changed.')
  }
  let written: (number | undefined)[] = []
  return copyThrough(
    {
      info: (sessionId) => store.getSessionInfo(sessionId),
      entries: async (sessionId, query) => {
        const page = await records.entries(sessionId, query, 'throw')
        written = page.entries.map((entry) => entry.written)
        return page
      },
      commit: (sessionId, change) => records.commit(sessionId, change, 'throw', written),
    },
    request,
  )
}
