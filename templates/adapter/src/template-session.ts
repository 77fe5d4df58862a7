import { type AgentInputItem, StoredSession, splitSessionOptions } from '@sessions/core'
import { storeTypes, type TemplateSessionOptions, type TemplateStoreOptions } from './options.ts'
import { TemplateStore } from './template-store.ts'

/** One conversation in a file: `new TemplateSession({ sessionId: 'user_123', folder: 'conversations' })`. */
export class TemplateSession<TItem extends object = AgentInputItem> extends StoredSession<TItem> {
  /** Does no I/O. @throws TypeError or RangeError that names the option */
  constructor(options: TemplateSessionOptions<TItem>) {
    const split = splitSessionOptions<TemplateStoreOptions, TItem>('TemplateSession', options, storeTypes)
    super(new TemplateStore(split.store), split.sessionId, split.session)
  }
}
