import { GroupCommit, type HistoryChange, type Outcomes, type Several as SeveralOf } from '@sessions/core'
import type { WritePolicy } from './changes.ts'
import type { CommitPlace } from './commits.ts'
import type { Database } from './database.ts'
import { isCollision, isRefusal, isUnable } from './errors.ts'
import { Failure } from './failures.ts'
import { togetherAtOnce } from './group-at-once.ts'
import { GroupConnections } from './group-connections.ts'
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

/** The groups of one database, by their kinds. */
interface Groups {
  readonly connections: GroupConnections
  readonly kinds: Map<string, AppendGroup>
}

const groups = new WeakMap<Database, Groups>()

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
  const ofDatabase = groups.get(database) ?? { connections: new GroupConnections(), kinds: new Map() }
  groups.set(database, ofDatabase)
  let group = ofDatabase.kinds.get(key)
  if (group === undefined) {
    const place = { database, notices, policy }
    const way = 'known' in texts ? togetherAtOnce(place, texts) : togetherInSteps(place, { ...texts, messages })
    group = new AppendGroup(way, ofDatabase.connections)
    ofDatabase.kinds.set(key, group)
  }
  return group.add(append)
}

/** Appends of one kind over one pool. */
class AppendGroup {
  readonly #way: GroupWay
  readonly #connections: GroupConnections
  readonly #group: GroupCommit<PlainAppend, boolean>
  /** Ends for good where the server does not know what it would have to. */
  #isAble = true

  constructor(way: GroupWay, connections: GroupConnections) {
    this.#way = way
    this.#connections = connections
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
    const until = Math.max(...members.map(({ limits }) => limits.until))
    const appended = await this.#unlessRefused(until, () => this.#way.known(members))
    if (appended === undefined) return members.map(() => fulfilled(false))
    const left = members.filter((member) => !appended.has(member))
    if (left.length < 2) return members.map((member) => fulfilled(appended.has(member)))
    const [made] = await Promise.allSettled([this.#unlessRefused(until, () => this.#way.unknown(left))])
    return members.map((member) => {
      if (appended.has(member)) return fulfilled(true)
      return made.status === 'rejected' ? made : fulfilled(made.value?.has(member) ?? false)
    })
  }

  /** `undefined` where nothing was done, maybe because of one of them, or where others were in the way. */
  async #unlessRefused<T>(until: number, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#connections.use(until, work)
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
