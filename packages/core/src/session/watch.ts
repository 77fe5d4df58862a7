import { Alarm } from '../call/alarm.ts'
import type { Signal } from '../call/signal.ts'
import { assertOptions } from '../call/validate.ts'
import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { SessionError } from '../errors/session-error.ts'
import type { EntryQuery, RecordEntry } from '../store/record-entry.ts'
import { Entries, type Entry } from './entries.ts'
import type { HistoryAccess } from './history-access.ts'

/** Where watching begins, and what ends it. */
export interface WatchOptions {
  /** After this entry; `null`: at the beginning of the history. Default: from now. */
  after?: string | null
  /** Ends it: the iteration rejects with the signal's reason. */
  signal?: Signal
}

/**
 * `added`: entries that follow those that were given before. `rewritten`: something that was given is no longer there; load the history
 * again. What follows comes after the entry `newest`, `null` for an empty history.
 */
export type WatchEvent<TItem extends object = AgentInputItem> =
  | { type: 'added'; entries: Entry<TItem>[] }
  | { type: 'rewritten'; newest: string | null }

/** How many entries one event holds at most, and over how many of the newest a look sees what was written late or removed. */
const stride = 100

/** Looks at a history again and again, and says what was added since. */
class Watch<TItem extends object> {
  readonly #access: HistoryAccess<TItem>
  readonly #entries: Entries<TItem>
  /** Ids of the newest entries that were given out or are known, oldest first. */
  #known: string[] = []

  constructor(access: HistoryAccess<TItem>) {
    this.#access = access
    this.#entries = new Entries(access)
  }

  /** What is new since the last look; `undefined` where nothing is. */
  async look(): Promise<WatchEvent<TItem> | undefined> {
    const found = await this.#added()
    if (found === undefined) return { type: 'rewritten', newest: await this.#startFromNewest() }
    if (found.length === 0) return undefined
    const entries = await this.#entries.decode(found)
    this.#remember(found)
    return entries.length === 0 ? undefined : { type: 'added', entries }
  }

  /** Begins where the caller left off. */
  async startAfter(after: string | null | undefined): Promise<void> {
    if (after === undefined) await this.#startFromNewest()
    else this.#known = after === null ? [] : [after]
  }

  async #startFromNewest(): Promise<string | null> {
    const { entries } = await this.#read({ limit: stride })
    this.#known = []
    this.#remember(entries)
    return this.#known.at(-1) ?? null
  }

  /** `undefined` where what was given out is no longer there as it was. */
  async #added(): Promise<RecordEntry[] | undefined> {
    const [first] = this.#known
    const after = this.#known.at(-1) ?? null
    const expect = first !== undefined && { expect: { first, count: this.#known.length } }
    try {
      return (await this.#read({ limit: stride, after, ...expect })).entries
    } catch (error) {
      if (error instanceof SessionError && error.code === 'SESSION_CONFLICT') return undefined
      throw error
    }
  }

  #remember(entries: readonly RecordEntry[]): void {
    this.#known = [...this.#known, ...entries.map(({ id }) => id)].slice(-stride)
  }

  #read(query: EntryQuery): Promise<{ entries: RecordEntry[] }> {
    return this.#access.records.entries(this.#access.sessionId, query)
  }
}

/** What {@link watching} needs to know of the session beside its history. */
export interface Watched {
  run<T>(work: () => Promise<T>): Promise<T>
  /** Calls it as soon as the session is being closed. What it returns ends it. */
  onClose(onClose: () => void): () => void
}

/** Looks, and looks again when something may have changed, or a second later, until the signal aborts or the session is closed. */
export async function* watching<TItem extends object>(
  access: HistoryAccess<TItem>,
  { after, signal }: WatchOptions,
  { run, onClose }: Watched,
): AsyncIterable<WatchEvent<TItem>> {
  const { records, sessionId } = access
  const alarm = new Alarm()
  let isClosed = false
  const close = (): void => {
    isClosed = true
    alarm.ring()
  }
  const unlessClosed = (error: unknown): undefined => {
    if (!isClosed) throw error
  }
  signal?.throwIfAborted()
  const ends = [onClose(close), records.onClose(close)]
  signal?.addEventListener('abort', alarm.ring)
  try {
    ends.push(await records.watch(sessionId, alarm.ring))
    const watch = new Watch(access)
    // It may have been closed before anybody listened.
    await run(() => watch.startAfter(after)).catch(unlessClosed)
    while (!isClosed) {
      signal?.throwIfAborted()
      const event = await run(() => watch.look()).catch(unlessClosed)
      if (event === undefined) await alarm.wait()
      else yield event
    }
  } finally {
    signal?.removeEventListener('abort', alarm.ring)
    for (const end of ends) end()
  }
}

/** @throws TypeError that names the option */
export function checkWatch(options: WatchOptions): WatchOptions {
  assertOptions('watch', options, { after: 'any', signal: 'object' })
  const { after, signal } = options
  if (after !== undefined && after !== null && typeof after !== 'string') {
    throw new TypeError('after must be the id of an entry, or null for the beginning.')
  }
  if (signal !== undefined && typeof signal.throwIfAborted !== 'function') {
    throw new TypeError('signal must be an AbortSignal.')
  }
  return { ...(after !== undefined && { after }), ...(signal !== undefined && { signal }) }
}
