import { type CommitResult, type HistoryChange, SessionError } from '@sessions/core'
import { type DurableMutant, durable, type Mutant, store } from './mutant.ts'
import { PlainStore } from './plain-store.ts'

interface Member {
  readonly sessionId: string
  readonly change: HistoryChange
  readonly resolve: (result: CommitResult) => void
  readonly reject: (error: unknown) => void
}

/** Commits what comes in one turn of the event loop together, in steps that a mutant may get wrong. */
class GroupStore extends PlainStore {
  #waiting: Member[] = []

  protected override _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ sessionId, change, resolve, reject }) > 1) return
      setImmediate(() => this.together(this.#waiting.splice(0)))
    })
  }

  protected async together(members: readonly Member[]): Promise<void> {
    for (const { resolve, reject, ...member } of members) await this.alone(member).then(resolve, reject)
  }

  protected async alone({ sessionId, change }: Pick<Member, 'sessionId' | 'change'>): Promise<CommitResult> {
    return super._commit(sessionId, change)
  }
}

export const burstMutants: readonly Mutant[] = [
  store(
    'one-answer-for-all',
    'gives every member of a group the answer of its first',
    ['bursts/each-by-itself', 'bursts/same-session'],
    class extends GroupStore {
      protected override async together(members: readonly Member[]): Promise<void> {
        const [first] = await Promise.allSettled(members.map((member) => this.alone(member)))
        for (const { resolve, reject } of members) {
          if (first?.status === 'fulfilled') resolve(first.value)
          else reject(first?.reason)
        }
      }
    },
  ),
  store(
    'refusal-of-one-refuses-all',
    'undoes a whole group where one of its members is refused',
    ['bursts/each-by-itself'],
    class extends GroupStore {
      protected override async together(members: readonly Member[]): Promise<void> {
        const isBad = ({ change }: Member): boolean => change.operation?.fingerprint === 'g'
        const bad = members.some(isBad)
        if (!bad) return super.together(members)
        for (const { resolve } of members) resolve({ status: 'conflict' })
      }
    },
  ),
  store(
    'group-written-in-columns',
    'writes the first record of every member of a group, then the second of each, and so on',
    ['bursts/order'],
    class extends GroupStore {
      protected override async together(members: readonly Member[]): Promise<void> {
        const isPlain = ({ change }: Member): boolean => Object.keys(change).join() === 'append'
        if (!members.every(isPlain) || members.length < 100) return await super.together(members)
        const longest = Math.max(...members.map(({ change }) => change.append?.length ?? 0))
        for (let place = 0; place < longest; place++) {
          for (const { sessionId, change } of members) {
            await this.alone({ sessionId, change: { append: change.append?.slice(place, place + 1) ?? [] } })
          }
        }
        for (const { resolve } of members) resolve({ status: 'applied', dropped: [] })
      }
    },
  ),
  store(
    'one-append-a-session',
    'keeps the members of a group by their session: the last one wins',
    ['bursts/order', 'bursts/same-session'],
    class extends GroupStore {
      protected override async together(members: readonly Member[]): Promise<void> {
        const last = new Map(members.map((member) => [member.sessionId, member]))
        await super.together([...last.values()])
        for (const { resolve } of members) resolve({ status: 'applied', dropped: [] })
      }
    },
  ),
  store(
    'decided-before-written',
    'decides on all members of a group, then writes those that may',
    ['bursts/same-session'],
    class extends GroupStore {
      protected override async together(members: readonly Member[]): Promise<void> {
        const before = new Map(members.map(({ sessionId }) => [sessionId, this.load(sessionId)?.records.slice() ?? []]))
        const free = members.map((member) => {
          const { expectTail, operation, ...rest } = member.change
          const tail = before.get(member.sessionId)?.slice(-(expectTail?.length ?? 0))
          const holds = expectTail === undefined || JSON.stringify(tail) === JSON.stringify(expectTail)
          return { ...member, change: holds && expectTail !== undefined ? rest : member.change }
        })
        await super.together(free)
      }
    },
  ),
  store(
    'acknowledged-too-early',
    'acknowledges a group as soon as its first member is written',
    ['bursts/fault-before'],
    class extends GroupStore {
      protected override async together(members: readonly Member[]): Promise<void> {
        for (const { resolve } of members) resolve({ status: 'applied', dropped: [] })
        for (const member of members) await this.alone(member).catch(() => undefined)
      }
    },
  ),
  store(
    'first-failure-for-all',
    'fails every member of a group with the error of the first that fails, whatever was written',
    ['bursts/fault-before'],
    class extends GroupStore {
      protected override async together(members: readonly Member[]): Promise<void> {
        const outcomes = await Promise.allSettled(members.map((member) => this.alone(member)))
        const failed = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined
        for (const [index, { resolve, reject }] of members.entries()) {
          const outcome = failed ?? outcomes[index]
          if (outcome?.status === 'fulfilled') resolve(outcome.value)
          else reject(outcome?.reason)
        }
      }
    },
  ),
  store(
    'unheard-group-is-clean',
    'says that an error of a group is not ambiguous, since nothing was acknowledged',
    ['bursts/fault-after'],
    class extends GroupStore {
      protected override async alone(member: Pick<Member, 'sessionId' | 'change'>): Promise<CommitResult> {
        return super.alone(member).catch((error: object) => {
          throw Object.defineProperty(error, 'ambiguous', { value: false })
        })
      }
    },
  ),
  store(
    'group-sent-again',
    'sends a group again whose acknowledgement was lost',
    ['bursts/fault-after'],
    class extends GroupStore {
      protected override async alone(member: Pick<Member, 'sessionId' | 'change'>): Promise<CommitResult> {
        return super.alone(member).catch(() => super.alone(member))
      }
    },
  ),
]

export const durableBurstMutants: readonly DurableMutant[] = [
  durable(
    'close-drops-group',
    'acknowledges what waits for the next turn, and is closed before that',
    ['bursts/close'],
    class extends GroupStore {
      #isClosed = false
      protected override async together(members: readonly Member[]): Promise<void> {
        if (this.#isClosed) for (const { resolve } of members) resolve({ status: 'applied', dropped: [] })
        else await super.together(members)
      }
      protected override _closing(): void {
        this.#isClosed = true
      }
    },
  ),
  durable(
    'close-refuses-group',
    'refuses what waits when it is closed, though it was called before',
    ['bursts/close'],
    class extends GroupStore {
      #isClosed = false
      protected override async together(members: readonly Member[]): Promise<void> {
        const error = new SessionError('SESSION_CLOSED', 'It was closed.')
        if (this.#isClosed) for (const { reject } of members) reject(error)
        else await super.together(members)
      }
      protected override _closing(): void {
        this.#isClosed = true
      }
    },
  ),
]
