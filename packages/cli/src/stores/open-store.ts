import type { SessionStore } from '@sessions/core'
import type { StoreURL } from './store-url.ts'

/** A store of the user's, and where it came from. */
export interface OpenStore extends StoreURL {
  /** What is read and written: the encrypted store, where there is a key. */
  store: SessionStore
  /** What keeps the records: the same, where there is no key. */
  bare: SessionStore
  /** The file of the adapter, beside which its own packages are found. */
  adapter: string
  /** What a command line says to name this store again, without secrets: `-s`, `sqlite:conversations.db` and so on; empty for SESSIONS_URL. */
  flags: readonly string[]
  close(): Promise<void>
}
