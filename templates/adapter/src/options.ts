import {
  type AgentInputItem,
  assertOptions,
  type Clock,
  checkClock,
  checkTTL,
  type OptionTypes,
  type SessionOptions,
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
  extends SessionOptions<TItem>,
    TemplateStoreOptions {}

export const storeTypes: OptionTypes = { folder: 'string', ttl: 'number', clock: 'object' }

/** @throws TypeError or RangeError that names the option */
export function checkStoreOptions(options: TemplateStoreOptions): void {
  assertOptions('TemplateStore', options, storeTypes, ['folder'])
  checkTTL(options.ttl)
  checkClock(options.clock)
}
