import { GroupCommit, type HistoryChange, type Outcomes, type Several as SeveralOf } from '@sessions/core'
import type { WritePolicy } from './changes.ts'
import type { CommitPlace } from './commits.ts'
import type { Database } from './database.ts'
import { isCollision, isRefusal, isUnable, mapError, NoConnection } from './errors.ts'
import { Failure } from './failures.ts'
import { togetherAtOnce } from './group-at-once.ts'
import { togetherInSteps } from './group-in-steps.ts'
import type { Limits } from './limits.ts'

/** An append that asks for nothing else, but maybe to be done once. */
export interface PlainAppend {
  readonly sessionId: string
  readonly records: readonly string[]
  readonly operation: HistoryChange['operation']
  readonly limits: Limits
}

/** Where groups of one kind are committed. */
export interface GroupPlace extends Pick<CommitPlace, 'database' | 'notices'> {
  readonly policy: WritePolicy
}

/** How they are. Each gives those of the members that were appended; where it fails, none was, unless it says that this is open. */
export interface GroupWay {
  /** To sessions that are there, live, and kept by nobody: it waits for none. */
  known(members: readonly PlainAppend[]): Promise<ReadonlySet<PlainAppend>>
  /** To sessions that are not there. */
  unknown(members: readonly PlainAppend[]): Promise<ReadonlySet<PlainAppend>>
}

type Several = SeveralOf<PlainAppend>

/** Members of a group, at most: one piece of work, for which each of them waits. */
const mostMembers = 500
/** UTF-16 units of their records, at most. */
const mostLength = 2 ** 20
/** What a record counts for beside its length: a great many short ones take their time, too. */
const lengthBeside = 100
/** Groups under way at a time: few, so that those that come meanwhile are large, and most of the pool is left to others. */
const mostUnderWay = 4

const groups = new WeakMap<Database, Map<string, AppendGroup>>()

/**
 * Appends together with others that come in the same turn of the event loop, where dialect and server can. `false` where it has to be
 * tried by itself, so that nobody waits for anybody else's session: nothing was done then. The first one of a turn always is.
 */
export function appendTogether(
  { database, statements, notices }: CommitPlace,
  append: PlainAppend,
  policy: WritePolicy,
): boolean | Promise<boolean> {
  const operation = append.operation !== undefined
  const texts = statements.appendTogether?.({ notified: notices !== undefined, operation })
  const messages = statements.inserts?.messages
  if (texts === undefined || messages === undefined) return false
  const { ttlMs, operationMs } = policy
  const { name } = 'known' in texts ? texts.known : texts.lock
  const key = `${name} ${ttlMs} ${operation ? operationMs : ''} ${append.limits.silenceMs}`
  const ofDatabase = groups.get(database) ?? new Map<string, AppendGroup>()
  groups.set(database, ofDatabase)
  let group = ofDatabase.get(key)
  if (group === undefined) {
    const place = { database, notices, policy }
    group = new AppendGroup(
      'known' in texts ? togetherAtOnce(place, texts) : togetherInSteps(place, { ...texts, messages }),
    )
    ofDatabase.set(key, group)
  }
  return group.add(append)
}

/** Appends of one kind over one pool. */
class AppendGroup {
  readonly #way: GroupWay
  readonly #group: GroupCommit<PlainAppend, boolean>
  /** Whether the last group got no connection. */
  #isStuck = false
  /** Ends for good where the server does not know what it would have to. */
  #isAble = true

  constructor(way: GroupWay) {
    this.#way = way
    const together = (members: Several): Promise<Outcomes<boolean>> => this.#together(members)
    this.#group = new GroupCommit({ alone: () => false, together, mostMembers, mostLength, mostUnderWay })
  }

  add(append: PlainAppend): boolean | Promise<boolean> {
    if (!this.#isAble) return false
    const { sessionId, records } = append
    const length = records.reduce((sum, record) => sum + record.length + lengthBeside, 0)
    return this.#group.add(sessionId, append, length)
  }

  async #together(members: Several): Promise<Outcomes<boolean>> {
    // Whoever has waited behind others of this process has not waited for a connection, unless those got none either.
    if (this.#isStuck && members.every(({ limits }) => limits.until < performance.now())) throw new NoConnection()
    try {
      const outcomes = await this.#commit(members)
      this.#isStuck = false
      return outcomes
    } catch (error) {
      this.#isStuck = mapError(error)?.code === 'SESSION_BUSY'
      throw error
    }
  }

  async #commit(members: Several): Promise<Outcomes<boolean>> {
    const appended = await this.#unlessRefused(() => this.#way.known(members))
    if (appended === undefined) return members.map(() => fulfilled(false))
    const left = members.filter((member) => !appended.has(member))
    if (left.length < 2) return members.map((member) => fulfilled(appended.has(member)))
    const [made] = await Promise.allSettled([this.#unlessRefused(() => this.#way.unknown(left))])
    return members.map((member) => {
      if (appended.has(member)) return fulfilled(true)
      return made.status === 'rejected' ? made : fulfilled(made.value?.has(member) ?? false)
    })
  }

  /** `undefined` where nothing was done, maybe because of one of them, or where others were in the way. */
  async #unlessRefused<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      if (isUnable(error)) this.#isAble = false
      if (isRefusal(error) || isCollision(error) || error instanceof Failure) return undefined
      throw error
    }
  }
}

function fulfilled(value: boolean): PromiseFulfilledResult<boolean> {
  return { status: 'fulfilled', value }
}
