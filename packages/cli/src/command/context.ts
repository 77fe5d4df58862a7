import type { Output } from '../output/output.ts'
import type { Prompts } from '../output/prompts.ts'
import type { OpenStore } from '../stores/open-store.ts'
import type { StoreSettings, Stores } from '../stores/stores.ts'

/** What a command works with. */
export interface Context<V> {
  /** What was named by its place. */
  words: readonly string[]
  values: V
  out: Output
  ask: Prompts
  /** Aborts at Ctrl-C, at SIGTERM, and where nobody reads the output any more. */
  signal: AbortSignal
  /** The stores that it has opened: they are closed when it ends. */
  stores: Stores
  /** The one that the options or `SESSIONS_URL` name. */
  open(settings?: StoreSettings): Promise<OpenStore>
}
