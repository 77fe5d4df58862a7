import { assertOptions, checkInteger } from '../call/validate.ts'
import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { SessionError } from '../errors/session-error.ts'
import { turnStarts } from '../history/turns-of.ts'
import { Entries, type Entry } from './entries.ts'
import type { HistoryAccess } from './history-access.ts'

/** A user message, or several in a row, with everything that answers it. */
export interface Turn<TItem extends object = AgentInputItem> {
  /** The id of its first entry. */
  first: string
  /** Oldest first. */
  entries: Entry<TItem>[]
}

/** Where {@link Turns.rewind} cuts: before an entry, or before the newest so many turns. */
export type RewindTarget = { entry: string } | { turns: number }

/** The history of a session as turns. */
export class Turns<TItem extends object> {
  readonly #access: HistoryAccess<TItem>
  readonly #entries: Entries<TItem>

  constructor(access: HistoryAccess<TItem>) {
    this.#access = access
    this.#entries = new Entries(access)
  }

  /** The newest `limit`, oldest first; all without a limit. Reads no more of the history than they need. */
  async newest(limit: number | undefined): Promise<Turn<TItem>[]> {
    let entries: Entry<TItem>[] = []
    for await (const page of this.#entries.backward()) {
      entries = [...(await this.#entries.decode(page)), ...entries]
      if (limit !== undefined && knownStarts(entries).length >= limit) break
    }
    const starts = turnStarts(entries.map(({ item }) => item))
    const wanted = limit === undefined ? starts : starts.slice(-limit)
    return wanted.map((start, index) => {
      const own = entries.slice(start, wanted[index + 1])
      return { first: (own[0] as Entry<TItem>).id, entries: own }
    })
  }

  /**
   * Removes the entries from `to` on in one write, on the condition that the newest entry is still the one that was read, and gives
   * them back, oldest first. All are decoded before any is removed.
   */
  async rewind(to: RewindTarget): Promise<TItem[]> {
    let removed: Entry<TItem>[] | undefined = []
    const { records, sessionId } = this.#access
    await records.modify(sessionId, async () => {
      try {
        removed = await this.#from(to)
      } catch (error) {
        if (error instanceof SessionError && error.code === 'SESSION_CONFLICT') return { status: 'conflict' }
        throw error
      }
      const expectNewest = removed?.at(-1)?.id
      if (removed === undefined || expectNewest === undefined) return { status: 'applied', dropped: [] }
      return await records.commit(sessionId, { expectNewest, drop: removed.length })
    })
    if (removed !== undefined) return removed.map(({ item }) => item)
    throw new SessionError('SESSION_CONFLICT', 'The entry to rewind to is not in the history. Nothing was changed.')
  }

  /** `undefined` where there is no such entry. @throws SESSION_CONFLICT where somebody removed meanwhile what was just read */
  async #from(to: RewindTarget): Promise<Entry<TItem>[] | undefined> {
    if ('turns' in to && to.turns === 0) return []
    let entries: Entry<TItem>[] = []
    for await (const page of this.#entries.backward()) {
      const items = await this.#entries.decodeAll(page)
      entries = [...page.map(({ id }, index) => ({ id, item: items[index] as TItem })), ...entries]
      const start =
        'entry' in to ? entries.findIndex(({ id }) => id === to.entry) : startOf(knownStarts(entries), to.turns)
      if (start >= 0) return entries.slice(start)
    }
    if ('entry' in to) return undefined
    const starts = turnStarts(entries.map(({ item }) => item))
    return entries.slice(starts.at(-to.turns) ?? starts[0] ?? entries.length)
  }
}

/** Turn starts that stay so whatever precedes these entries: the first of them may continue a row of user messages. */
function knownStarts(entries: readonly Entry<object>[]): number[] {
  return turnStarts(entries.map(({ item }) => item)).filter((start) => start > 0)
}

/** The index in the history of the n-th newest turn; -1 where there are not that many. */
function startOf(starts: readonly number[], n: number): number {
  return starts.at(-n) !== undefined && starts.length >= n ? (starts.at(-n) as number) : -1
}

/** @throws TypeError or RangeError that names the part */
export function checkRewind(to: unknown): RewindTarget {
  const given = (typeof to === 'object' && to !== null ? to : {}) as { entry?: unknown; turns?: unknown }
  const names = Object.keys(given)
  if (names.length !== 1 || !(names[0] === 'entry' || names[0] === 'turns')) {
    throw new TypeError('rewind takes { entry: id } or { turns: n }.')
  }
  const { entry, turns } = given
  if (names[0] === 'entry') {
    if (typeof entry !== 'string') throw new TypeError('entry must be the id of an entry.')
    return { entry }
  }
  if (typeof turns !== 'number') throw new TypeError('turns must be a number.')
  if (!Number.isSafeInteger(turns) || turns < 0)
    throw new RangeError(`turns must be a non-negative integer, not ${turns}.`)
  return { turns }
}

/** @throws TypeError or RangeError that names the option */
export function checkTurnsLimit(options: { limit?: number }): number | undefined {
  assertOptions('turns', options, { limit: 'number' })
  if (options.limit !== undefined) checkInteger('limit', options.limit, 1)
  return options.limit
}
