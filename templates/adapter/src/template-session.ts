import { type AgentInputItem, StoredSession } from '@sessions/core'
import { splitSessionOptions, type TemplateSessionOptions } from './options.ts'
import { TemplateStore } from './template-store.ts'

/** One conversation in a file: `new TemplateSession({ sessionId: 'user_123', folder: 'conversations' })`. */
export class TemplateSession<TItem extends object = AgentInputItem> extends StoredSession<TItem> {
  /** Does no I/O. @throws TypeError or RangeError that names the option */
  constructor(options: TemplateSessionOptions<TItem>) {
    const { sessionId, store, session } = splitSessionOptions(options)
    super(new TemplateStore(store), sessionId, session)
  }
}
