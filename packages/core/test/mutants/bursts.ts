import { type CommitResult, SessionError } from '@sessions/core'
import { GroupStore, type Member } from './group-store.ts'
import { type DurableMutant, durable, type Mutant, store } from './mutant.ts'

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
    'group-cut-off-by-length',
    'ends a group where it becomes too long, and forgets those that come after that',
    ['bursts/large'],
    class extends GroupStore {
      protected override async together(members: readonly Member[]): Promise<void> {
        let length = 0
        const isWithin = ({ change }: Member): boolean => {
          for (const record of change.append ?? []) length += record.length
          return length < 1_000_000
        }
        await super.together(members.filter(isWithin))
        for (const { resolve } of members) resolve({ status: 'applied', dropped: [] })
      }
    },
  ),
  store(
    'large-record-cut-off',
    'cuts off what does not fit into the buffer of a group',
    ['bursts/large'],
    class extends GroupStore {
      protected override async together(members: readonly Member[]): Promise<void> {
        const cut = (records: readonly string[] = []): string[] => records.map((record) => record.slice(0, 500_000))
        const fits = members.map((member) => {
          const { append, ...rest } = member.change
          return { ...member, change: append === undefined ? rest : { ...rest, append: cut(append) } }
        })
        await super.together(members.length > 1 ? fits : members)
      }
    },
  ),
  store(
    'group-wakes-the-expired',
    'renews the sessions of a group before it looks whether their time is over',
    ['bursts/expired'],
    class extends GroupStore {
      protected override async together(members: readonly Member[]): Promise<void> {
        for (const { sessionId } of members.length > 1 ? members : []) {
          const entry = this.place.read(sessionId)
          if (entry !== undefined) this.place.write(sessionId, { ...entry, updatedAt: this.now() })
        }
        await super.together(members)
      }
    },
  ),
  store(
    'expired-one-ends-group',
    'begins all sessions of a group anew where the time of one of them is over',
    ['bursts/expired'],
    class extends GroupStore {
      protected override async together(members: readonly Member[]): Promise<void> {
        const entries = members.map(({ sessionId }) => this.place.read(sessionId))
        if (entries.some((entry) => entry !== undefined && this.isOver(entry))) {
          for (const { sessionId } of members) this.place.write(sessionId, undefined)
        }
        await super.together(members)
      }
    },
  ),
  store(
    'half-a-group-stays',
    'fails a whole group where a member fails, and leaves what the others have written',
    ['bursts/fault-in'],
    class extends GroupStore {
      protected override async together(members: readonly Member[]): Promise<void> {
        const outcomes = await Promise.allSettled(members.map((member) => this.alone(member)))
        const failed = outcomes.some(({ status }) => status === 'rejected')
        const error = new SessionError('SESSION_BACKEND', 'The transaction was rolled back.')
        for (const { resolve, reject } of members) failed ? reject(error) : resolve({ status: 'applied', dropped: [] })
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
