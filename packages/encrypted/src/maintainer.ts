import type { Signal } from '@sessions/core'
import { type Maintenance, type RecordStore, SessionError, type SessionErrorCode, yieldIfLong } from '@sessions/core'
import type { Entry } from './entries.ts'
import type { Opened } from './envelope-format.ts'
import { located, replayed } from './errors.ts'

/** A record that cannot be opened. */
export interface UnreadableRecord {
  sessionId: string
  /** Its place in the history when it was found, from 1 on. */
  position: number
  code: SessionErrorCode
  /** Why, in words that hold nothing of it. */
  reason: string
  /** As it was stored. */
  record: string
}

/** What is to become of the records of a session. */
export interface Plan {
  open(record: string): Opened | Promise<Opened>
  isExpired(opened: Opened): boolean
  /** What is to stand in its place; `undefined` for nothing. */
  decide(entry: Entry): string | undefined | Promise<string | undefined>
  /** Which of those that cannot be opened go. Default: they stay, and the first is the failure of the session. */
  removeUnreadable?(unreadable: readonly UnreadableRecord[], opened: number): readonly UnreadableRecord[]
  signal?: Signal | undefined
}

/** What came of it. */
export interface Maintained {
  /** How many records were replaced or removed. */
  items: number
  /** Why some were left as they are. */
  error?: SessionError
  removed: UnreadableRecord[]
}

/** What was decided on for a record: the same in every attempt. */
interface Decision {
  nonce?: string | undefined
  /** What it becomes; nothing, where it goes. */
  to?: string | undefined
  problem?: SessionError
}

interface Found {
  record: string
  place: string
  position: number
  decision: Decision
}

interface Unopened extends Found {
  problem: SessionError
}

/** A record that changes, and what it changes into. */
interface Step {
  place: string
  record: string
  decision: Decision
  unreadable?: UnreadableRecord
}

/** How often the rest is tried while others take records away: each time it is less. */
const maxAttempts = 1_000
const pageSize = 200
/** Changes in one atomic write, which holds up the other writers of its session, and UTF-16 units of them. */
const chunkSize = 100
const chunkLength = 1_000_000

/**
 * Replaces and removes records of one session where they stand, chunk by chunk, while others write. From the newest on, so that a
 * removal moves no place that is still needed. What one attempt has opened and sealed, the next does not open and seal again.
 */
export class Maintainer {
  readonly #store: RecordStore
  readonly #sessionId: string
  readonly #plan: Plan
  /** One for each of equal records, which are many only where nothing is encrypted yet. */
  readonly #decisions = new Map<string, Decision[]>()
  readonly #result: Maintained = { items: 0, removed: [] }

  constructor(store: RecordStore, sessionId: string, plan: Plan) {
    this.#store = store
    this.#sessionId = sessionId
    this.#plan = plan
  }

  /** @throws SESSION_UNSUPPORTED before anything is changed; SESSION_BUSY where others always come between */
  async run(): Promise<Maintained> {
    if (!this.#store.records.supports('maintain')) {
      const reason = 'The store beneath cannot replace records where they stand. Nothing was changed.'
      throw new SessionError('SESSION_UNSUPPORTED', reason)
    }
    for (let attempts = 0; attempts < maxAttempts; attempts++) {
      const steps = await this.#look()
      if (steps !== undefined && (await this.#apply(steps))) return this.#result
    }
    const reason = `Others changed the session ${maxAttempts} times meanwhile. ${this.#result.items} records are done.`
    throw new SessionError('SESSION_BUSY', reason)
  }

  /** What there is to do; `undefined` where records were taken away while they were read. */
  async #look(): Promise<Step[] | undefined> {
    const found: Found[] = []
    const [copies, before] = [new Map<string, number>(), new Map<string, number>()]
    try {
      for await (const { record, place } of this.#records()) {
        const equal = before.get(record) ?? 0
        before.set(record, equal + 1)
        const decision = await this.#decide(record, equal)
        found.push({ record, place, position: found.length + 1, decision })
        if (decision.nonce !== undefined) copies.set(decision.nonce, (copies.get(decision.nonce) ?? 0) + 1)
      }
    } catch (error) {
      if (error instanceof SessionError && error.code === 'SESSION_CONFLICT') return undefined
      throw error
    }
    const seen = new Set<string | undefined>()
    const [steps, unreadable]: [Step[], Unopened[]] = [[], []]
    for (const each of found) {
      const { record, place, decision } = each
      const { nonce, to, problem } = decision
      const isCopied = nonce !== undefined && (copies.get(nonce) ?? 0) > 1 && to !== undefined
      const isCopy = isCopied && seen.has(nonce)
      seen.add(nonce)
      if (problem !== undefined || isCopy) unreadable.push({ ...each, problem: problem ?? replayed() })
      // Of an envelope that stands there twice nothing is made anew: its copy would pass for an item of its own.
      else if (to !== record && !isCopied) steps.push({ place, record, decision })
    }
    return [...steps, ...this.#settle(unreadable, found.length - unreadable.length)]
  }

  /** What goes of what cannot be opened. What stays is the failure of the session, unless the plan knows of it. */
  #settle(unreadable: readonly Unopened[], opened: number): Step[] {
    delete this.#result.error
    const { removeUnreadable } = this.#plan
    if (removeUnreadable === undefined) {
      const [first] = unreadable
      if (first !== undefined) this.#result.error = whereOf(first)
      return []
    }
    const reports = unreadable.map((each) => this.#report(each))
    const going = new Set(removeUnreadable(reports, opened))
    return reports.flatMap((report, index) => {
      const place = unreadable[index]?.place ?? ''
      return going.has(report) ? [{ place, record: report.record, decision: {}, unreadable: report }] : []
    })
  }

  #report({ position, record, problem: { code, message } }: Unopened): UnreadableRecord {
    return { sessionId: this.#sessionId, position, code, reason: message, record }
  }

  async *#records(): AsyncIterable<{ record: string; place: string }> {
    let cursor: string | undefined
    do {
      this.#plan.signal?.throwIfAborted()
      const page = await this.#store.records.page(this.#sessionId, cursor, pageSize)
      for (const [index, record] of page.records.entries()) yield { record, place: page.places?.[index] ?? '' }
      cursor = page.next
    } while (cursor !== undefined)
  }

  /** @param index - how many equal records came before it */
  async #decide(record: string, index: number): Promise<Decision> {
    const decisions = this.#decisions.get(record) ?? []
    this.#decisions.set(record, decisions)
    const known = decisions[index]
    if (known !== undefined) return known
    const pause = yieldIfLong()
    if (pause !== undefined) await pause
    const decision = await this.#decideAnew(record)
    decisions[index] = decision
    return decision
  }

  async #decideAnew(record: string): Promise<Decision> {
    try {
      const opened = await this.#plan.open(record)
      const to = await this.#plan.decide({ record, opened, expired: this.#plan.isExpired(opened) })
      return { nonce: opened.nonce, to }
    } catch (error) {
      if (!(error instanceof SessionError) || error.retryable || error.code === 'SESSION_CLOSED') throw error
      return { problem: error }
    }
  }

  /** Whether nobody came between. */
  async #apply(steps: readonly Step[]): Promise<boolean> {
    let done = true
    for (const chunk of chunksOf(steps)) {
      this.#plan.signal?.throwIfAborted()
      const { status } = await this.#store.records.commit(this.#sessionId, { maintain: maintenanceOf(chunk) })
      if (status !== 'applied') {
        done = false
        continue
      }
      this.#result.items += chunk.length
      for (const step of chunk) this.#settled(step)
    }
    return done
  }

  /** No two records are ever made of one decision: no envelope stands anywhere twice. */
  #settled({ record, decision, unreadable }: Step): void {
    const { to } = decision
    const decisions = this.#decisions.get(record) ?? []
    const index = decisions.indexOf(decision)
    if (index >= 0) decisions.splice(index, 1)
    if (to !== undefined) this.#decisions.set(to, [{ nonce: to, to }])
    if (unreadable !== undefined) this.#result.removed.push(unreadable)
  }
}

/** From the newest on. */
function chunksOf(steps: readonly Step[]): Step[][] {
  const chunks: Step[][] = []
  let length = Infinity
  for (const step of steps.toReversed()) {
    const size = step.decision.to?.length ?? 0
    const last = chunks.at(-1)
    if (last === undefined || last.length >= chunkSize || length + size > chunkLength) {
      chunks.push([step])
      length = size
    } else {
      last.push(step)
      length += size
    }
  }
  return chunks
}

function maintenanceOf(chunk: readonly Step[]): Maintenance {
  return {
    replace: chunk.flatMap(({ place, decision: { to } }) => (to === undefined ? [] : [{ place, record: to }])),
    remove: chunk.flatMap(({ place, decision: { to } }) => (to === undefined ? [place] : [])),
  }
}

function whereOf({ position, problem }: { position: number; problem: SessionError }): SessionError {
  return located(problem, `Record ${position} of those read (oldest first)`) as SessionError
}
