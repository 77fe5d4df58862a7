import { setImmediate as moment } from 'node:timers/promises'
import type { HistoryChange } from '@sessions/core'
import { turnsOf } from '@sessions/core/history'
import { HistoryStore } from './history-store.ts'
import { type Item, type Mutant, OpenSession, type SessionClass, session, store } from './mutant.ts'
import type { Entry } from './place.ts'

type Target = Parameters<OpenSession['rewind']>[0]
type Turn = Awaited<ReturnType<OpenSession['turns']>>[number]

/** A wrong session over a correct store. */
function wrong(name: string, mistake: string, killedBy: readonly string[], Session: SessionClass): Mutant {
  return session(name, mistake, killedBy, Session, HistoryStore)
}

export const turnMutants: readonly Mutant[] = [
  wrong(
    'turn-of-each-message',
    'begins a turn with every user message',
    ['turns/newest'],
    class extends OpenSession {
      override async turns(options: { limit?: number } = {}): Promise<Turn[]> {
        const turns = await super.turns(options)
        return turns.flatMap((turn) => {
          const second = turn.entries.findIndex(({ item }, index) => index > 0 && item.role === 'user')
          if (second < 0) return [turn]
          const [one, other] = [turn.entries.slice(0, second), turn.entries.slice(second)]
          return [
            { ...turn, entries: one },
            { first: other[0]?.id ?? '', entries: other },
          ]
        })
      }
    },
  ),
  wrong(
    'turns-with-what-precedes',
    'takes what precedes the first user message for a turn',
    ['turns/newest'],
    class extends OpenSession {
      override async turns(options: { limit?: number } = {}): Promise<Turn[]> {
        const turns = await super.turns(options)
        if (options.limit !== undefined) return turns
        const { entries } = await this.page({ limit: 1_000 })
        const before = entries.slice(
          0,
          entries.findIndex(({ id }) => id === turns[0]?.first),
        )
        return before.length === 0 ? turns : [{ first: before[0]?.id ?? '', entries: before }, ...turns]
      }
    },
  ),
  wrong(
    'turns-of-one-page',
    'looks for the beginning of a turn among the newest 100 entries',
    ['turns/long'],
    class extends OpenSession {
      override async turns(options: { limit?: number } = {}): Promise<Turn[]> {
        const { entries } = await this.page({ limit: 100 })
        const turns = turnsOf(entries.map(({ item }) => item) as never[]) as unknown as Item[][]
        let end = entries.length
        const found = turns.toReversed().map((items) => {
          const own = entries.slice(end - items.length, end)
          end -= items.length
          return { first: own[0]?.id ?? '', entries: own }
        })
        return found.toReversed().slice(-(options.limit ?? Infinity))
      }
    },
  ),
  wrong(
    'rewinds-what-precedes',
    'empties the history where there are fewer turns than it is to remove',
    ['rewind/turns'],
    class extends OpenSession {
      override async rewind(to: Target): Promise<Item[]> {
        const removed = await super.rewind(to)
        if (typeof to !== 'object' || !('turns' in to) || to.turns < 9) return removed
        const rest = await this.getItems()
        await this.replaceHistoryWithCompaction([])
        return [...rest, ...removed]
      }
    },
  ),
  wrong(
    'rewinds-newest-first',
    'gives back what it removed in the order in which it popped it',
    ['rewind/turns', 'rewind/entry'],
    class extends OpenSession {
      override async rewind(to: Target): Promise<Item[]> {
        return (await super.rewind(to)).reverse()
      }
    },
  ),
  wrong(
    'rewinds-behind-the-entry',
    'leaves the entry that it is told, and removes what follows',
    ['rewind/entry', 'fork/model'],
    class extends OpenSession {
      override async rewind(to: Target): Promise<Item[]> {
        const removed = await super.rewind(to)
        const [first] = removed
        if (first === undefined || typeof to !== 'object' || !('entry' in to)) return removed
        await this.addItems([first])
        return removed.slice(1)
      }
    },
  ),
  wrong(
    'rewind-ends-the-session',
    'deletes a session that it has emptied',
    ['rewind/entry'],
    class extends OpenSession {
      override async rewind(to: Target): Promise<Item[]> {
        const removed = await super.rewind(to)
        if (removed.length > 0 && (await this.getItems(1)).length === 0) await this.delete()
        return removed
      }
    },
  ),
  wrong(
    'rewind-in-two-steps',
    'reads what it is to remove, and removes as many of what is newest by then',
    ['rewind/concurrent'],
    class extends OpenSession {
      override async rewind(to: Target): Promise<Item[]> {
        if (typeof to !== 'object' || to === null || !('turns' in to) || to.turns !== 2) return super.rewind(to)
        const entries = (await this.turns({ limit: 2 })).flatMap((turn) => turn.entries)
        await moment()
        await this.log.records.commit(this.sessionId, { drop: entries.length })
        return entries.map(({ item }) => item)
      }
    },
  ),
  wrong(
    'rewind-writes-the-rest',
    'writes what is to stay as the new history, whatever was added since it was read',
    ['rewind/concurrent'],
    class extends OpenSession {
      override async rewind(to: Target): Promise<Item[]> {
        if (typeof to !== 'object' || to === null || !('turns' in to) || to.turns !== 1) return super.rewind(to)
        const items = await this.getItems()
        const [turn] = await this.turns({ limit: 1 })
        const removed = (turn?.entries ?? []).map(({ item }) => item)
        await moment()
        await this.replaceItems(items.slice(0, items.length - removed.length))
        return removed
      }
    },
  ),
  store(
    'expect-newest-ignored',
    'says that it knows expectNewest, and does not look',
    ['records/expect-newest'],
    class extends HistoryStore {
      protected override conflict(entry: Entry | undefined, change: HistoryChange): 'conflict' | undefined {
        const { expectNewest: _, ...rest } = change
        return super.conflict(entry, rest)
      }
    },
  ),
  wrong(
    'rewind-unchecked',
    'rewinds nothing where it understands nothing',
    ['rewind/refused'],
    class extends OpenSession {
      override async rewind(to: Target): Promise<Item[]> {
        const known = typeof to === 'object' && to !== null && ('turns' in to || 'entry' in to)
        return known ? super.rewind(to) : []
      }
    },
  ),
  wrong(
    'rewind-of-a-fraction',
    'makes an integer of any number of turns',
    ['rewind/refused'],
    class extends OpenSession {
      override async rewind(to: Target): Promise<Item[]> {
        const turns = typeof to === 'object' && to !== null && 'turns' in to ? to.turns : undefined
        if (typeof turns !== 'number') return super.rewind(to)
        return super.rewind({ turns: Math.max(Math.trunc(turns) || 0, 0) })
      }
    },
  ),
]
