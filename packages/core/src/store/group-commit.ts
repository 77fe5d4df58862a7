import { afterThisTurn } from '../call/event-loop.ts'

/** How an adapter commits what waits for one connection. */
export interface GroupCommitOptions<Member, Result> {
  /** Commits one member by itself. */
  alone(member: Member): Result | Promise<Result>
  /**
   * Commits two or more, in the order of their calls, and says of each what became of it: one that is refused or fails must not concern
   * the others. What it fails with instead is what each of them fails with.
   */
  together(members: Several<Member>): Outcomes<Result> | Promise<Outcomes<Result>>
  /** Whether a member may be in a group that begins with another. Default: any may. */
  alike?(first: Member, other: Member): boolean
  /** Members of a group, at most: it is one piece of work, for which others wait. */
  mostMembers: number
  /** What the lengths of its members add up to, at most; a longer member is alone. */
  mostLength: number
  /** Groups under way at a time, at most; what comes meanwhile makes the next ones larger. Default: any number. */
  mostUnderWay?: number
}

/** The members of a group. */
export type Several<Member> = readonly [Member, ...Member[]]

/** What became of each member of a group, in their order. */
export type Outcomes<Result> = readonly PromiseSettledResult<Result>[]

interface Waiting<Member, Result> {
  readonly sessionId: string
  readonly member: Member
  readonly length: number
  readonly resolve: (result: Result | PromiseLike<Result>) => void
  readonly reject: (error: unknown) => void
}

/**
 * Commits that wait for one connection, committed together: most of what a small write costs is the transaction around it, or the way
 * to the server. The first one of a turn of the event loop leaves at once, and so does the next one of its session once it has its answer;
 * others leave when the turn is over, in groups, in the order in which they came. See docs/adr/0086-group-commit.md.
 */
export class GroupCommit<Member, Result> {
  readonly #options: Required<GroupCommitOptions<Member, Result>>
  #waiting: Waiting<Member, Result>[] = []
  /** The sessions of what waits, and maybe of what waited before it. */
  readonly #sessions: Set<string> = new Set()
  /** Whether something has left in this turn already. */
  #hasLeft = false
  /** The session of the one that left last, where it was alone and has its answer. */
  #answered: string | undefined
  #underWay = 0

  constructor(options: GroupCommitOptions<Member, Result>) {
    this.#options = { mostUnderWay: Number.POSITIVE_INFINITY, alike: () => true, ...options }
  }

  /** @param length - what it counts for in `mostLength` */
  add(sessionId: string, member: Member, length: number): Result | Promise<Result> {
    const mayLeave = !this.#hasLeft || sessionId === this.#answered
    if (mayLeave && this.#waiting.length === 0 && this.#hasRoom) return this.#alone(sessionId, member)
    return new Promise((resolve, reject) => {
      this.#sessions.add(sessionId)
      this.#waiting.push({ sessionId, member, length, resolve, reject })
      if (!this.#hasLeft) this.#leave()
    })
  }

  /** Before anything else is done with the session, or with all: what waits of it leaves first, as far as it may. */
  flush(sessionId?: string): void {
    if (sessionId !== undefined && !this.#sessions.has(sessionId)) return
    while (this.#mayLeave) this.#commit(this.#nextGroup())
  }

  get #hasRoom(): boolean {
    return this.#underWay < this.#options.mostUnderWay
  }

  get #mayLeave(): boolean {
    return this.#waiting.length > 0 && this.#hasRoom
  }

  #alone(sessionId: string, member: Member): Result | Promise<Result> {
    this.#holdOthers()
    const result = this.#options.alone(member)
    if (result instanceof Promise) this.#count(result)
    else this.#answer(sessionId)
    return result
  }

  /** Those that were called beside it are called before this takes effect: they are not what follows the answer. */
  #answer(sessionId: string): void {
    queueMicrotask(() => {
      this.#answered = sessionId
    })
  }

  /** One group, and no more in this turn, so that others have theirs. */
  #leave(): void {
    if (!this.#mayLeave) return
    this.#holdOthers()
    this.#commit(this.#nextGroup())
  }

  /** What comes in the rest of this turn waits for its end. */
  #holdOthers(): void {
    this.#answered = undefined
    if (this.#hasLeft) return
    this.#hasLeft = true
    afterThisTurn(() => {
      this.#hasLeft = false
      this.#leave()
    })
  }

  /** Of the members that wait, of which there must be one. */
  #nextGroup(): Several<Waiting<Member, Result>> {
    const { mostMembers, mostLength, alike } = this.#options
    const [first] = this.#waiting as [Waiting<Member, Result>]
    let [count, length] = [0, 0]
    for (const waiting of this.#waiting) {
      length += waiting.length
      if (count > 0 && (count >= mostMembers || length > mostLength || !alike(first.member, waiting.member))) break
      count++
    }
    const group = [first, ...this.#waiting.splice(0, count).slice(1)] as const
    if (this.#waiting.length === 0) this.#sessions.clear()
    return group
  }

  #commit(group: Several<Waiting<Member, Result>>): void {
    this.#count(group.length > 1 ? this.#together(group) : this.#one(group[0]))
  }

  async #one({ sessionId, member, resolve, reject }: Waiting<Member, Result>): Promise<void> {
    try {
      resolve(await this.#options.alone(member))
      this.#answer(sessionId)
    } catch (error) {
      reject(error)
    }
  }

  async #together(group: Several<Waiting<Member, Result>>): Promise<void> {
    try {
      const [first, ...others] = group
      const outcomes = await this.#options.together([first.member, ...others.map(({ member }) => member)])
      for (const [index, { resolve, reject }] of group.entries()) {
        const outcome = outcomes[index]
        if (outcome?.status === 'fulfilled') resolve(outcome.value)
        else reject(outcome?.reason ?? new Error('It was not said what became of a member of a group.'))
      }
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  /** It is under way until it has settled; then others may leave. */
  #count(work: Promise<unknown>): void {
    this.#underWay++
    const over = (): void => {
      this.#underWay--
      if (!this.#hasLeft) this.#leave()
    }
    work.then(over, over)
  }
}
