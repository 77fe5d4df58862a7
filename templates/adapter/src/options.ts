import {
  type AgentInputItem,
  assertOptions,
  type Clock,
  checkClock,
  checkTTL,
  type OptionTypes,
  type StoredSessionOptions,
} from '@sessions/core'

/** Where the files are. */
export interface TemplateStoreOptions {
  /** The folder for the files, created if missing. On a local disk: network file systems do not append atomically. */
  folder: string
  /** Seconds after which a session that is not written is gone. Default: never. */
  ttl?: number
  /** For tests. Default: the time of the machine. */
  clock?: Clock
}

/** The id, and the options of the store and of the session. */
export interface TemplateSessionOptions<TItem extends object = AgentInputItem>
  extends TemplateStoreOptions,
    Omit<StoredSessionOptions<TItem>, 'ownsStore'> {
  /** Any non-empty, well-formed string of up to 255 UTF-16 units without NUL. */
  sessionId: string
}

const storeTypes: OptionTypes = { folder: 'string', ttl: 'number', clock: 'object' }
const sessionTypes: OptionTypes = { sessionId: 'string', codec: 'object', onCorrupt: 'string' }

/** @throws TypeError or RangeError that names the option */
export function checkStoreOptions(options: TemplateStoreOptions): void {
  assertOptions('TemplateStore', options, storeTypes, ['folder'])
  checkTTL(options.ttl)
  checkClock(options.clock)
}

/** The options of the store, and those of the session. @throws TypeError that names the option */
export function splitSessionOptions<TItem extends object>(
  options: TemplateSessionOptions<TItem>,
): { sessionId: string; store: TemplateStoreOptions; session: StoredSessionOptions<TItem> } {
  assertOptions('TemplateSession', options, { ...storeTypes, ...sessionTypes }, ['sessionId', 'folder'])
  const { sessionId, codec, onCorrupt, ...store } = options
  const session = { ...(codec && { codec }), ...(onCorrupt && { onCorrupt }), ownsStore: true }
  return { sessionId, store, session }
}
