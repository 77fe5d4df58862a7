import { setImmediate as moment } from 'node:timers/promises'
import type { CommitResult, HistoryChange, HistoryMutation } from '@sessions/core'
import { type Item, type Mutant, OpenSession, session, store } from './mutant.ts'
import type { Entry } from './place.ts'
import { PlainStore } from './plain-store.ts'

const drops = (change: HistoryChange): boolean => change.drop !== undefined && change.drop !== 0

export const rewriteMutants: readonly Mutant[] = [
  session(
    'mutation-appends',
    'removes the call and appends its replacement',
    ['mutations/in-place'],
    class extends OpenSession {
      override async applyHistoryMutations(args: { mutations: readonly HistoryMutation<Item>[] }): Promise<void> {
        const items = await this.getItems()
        const [mutation] = args?.mutations ?? []
        const kept = items.filter((item) => item.type !== 'function_call' || item.callId !== mutation?.callId)
        if (kept.length === items.length || mutation === undefined) return super.applyHistoryMutations(args)
        return super.replaceHistoryWithCompaction([...kept, mutation.replacement])
      }
    },
  ),
  session(
    'mutation-of-all',
    'replaces every call with the id',
    ['mutations/duplicates'],
    class extends OpenSession {
      override async applyHistoryMutations(args: { mutations: readonly HistoryMutation<Item>[] }): Promise<void> {
        const items = await this.getItems()
        const replaced = items.map(
          (item) =>
            args?.mutations?.find?.(({ callId }) => item.type === 'function_call' && item.callId === callId)
              ?.replacement ?? item,
        )
        if (replaced.every((item, place) => item === items[place])) return super.applyHistoryMutations(args)
        return super.replaceHistoryWithCompaction(replaced)
      }
    },
  ),
  session(
    'mutation-always-writes',
    'writes the history again though nothing in it changes',
    ['mutations/nothing-to-do'],
    class extends OpenSession {
      override async applyHistoryMutations(args: { mutations: readonly HistoryMutation<Item>[] }): Promise<void> {
        await super.applyHistoryMutations(args)
        await this.replaceHistoryWithCompaction(await this.getItems())
      }
    },
  ),
  session(
    'mutations-unchecked',
    'does nothing where it understands nothing',
    ['mutations/bad-shapes'],
    class extends OpenSession {
      override async applyHistoryMutations(args: { mutations: readonly HistoryMutation<Item>[] }): Promise<void> {
        if (Array.isArray(args?.mutations)) await super.applyHistoryMutations(args)
      }
    },
  ),
  session(
    'mutation-read-modify-write',
    'reads the history, changes it and writes it back',
    ['mutations/while-appending'],
    class extends OpenSession {
      override async applyHistoryMutations(args: { mutations: readonly HistoryMutation<Item>[] }): Promise<void> {
        const items = await this.getItems()
        await moment()
        await super.replaceHistoryWithCompaction(items)
        await super.applyHistoryMutations(args)
      }
    },
  ),
  session(
    'compaction-appends',
    'appends what should replace',
    ['compaction/replaces'],
    class extends OpenSession {
      override async replaceHistoryWithCompaction(items: readonly Item[]): Promise<void> {
        return this.addItems(items)
      }
    },
  ),
  session(
    'compaction-clears',
    'deletes the session and starts it anew',
    ['compaction/keeps-the-session', 'compaction/keeps-operations', 'compaction/atomic', 'time/created'],
    class extends OpenSession {
      override async replaceHistoryWithCompaction(items: readonly Item[]): Promise<void> {
        await this.delete()
        await moment()
        await this.addItems(items)
      }
    },
  ),
  store(
    'compaction-clears-operations',
    'forgets operation ids with the items',
    ['compaction/keeps-operations'],
    class extends PlainStore {
      protected override drop(entry: Entry, drop: number | 'all'): string[] {
        if (drop === 'all') entry.operations = {}
        return super.drop(entry, drop)
      }
    },
  ),
  store(
    'compaction-clears-metadata',
    'forgets metadata with the items',
    ['compaction/keeps-the-session'],
    class extends PlainStore {
      protected override drop(entry: Entry, drop: number | 'all'): string[] {
        if (drop === 'all') entry.metadata = {}
        return super.drop(entry, drop)
      }
    },
  ),
  store(
    'drops-too-little-now-and-then',
    'drops one less now and then, as a race would',
    ['model/random-operations', 'model/commands'],
    class extends PlainStore {
      #drops = 0

      protected override drop(entry: Entry, drop: number | 'all'): string[] {
        if (typeof drop !== 'number' || drop === 0) return super.drop(entry, drop)
        this.#drops++
        return super.drop(entry, this.#drops % 5 === 0 ? drop - 1 : drop)
      }
    },
  ),
  store(
    'replacement-loses-its-metadata',
    'writes no metadata where it drops',
    ['records/everything-at-once'],
    class extends PlainStore {
      protected override apply(sessionId: string, change: HistoryChange): CommitResult {
        const { metadata, ...rest } = change
        return super.apply(sessionId, drops(change) ? rest : { ...rest, ...(metadata && { metadata }) })
      }
    },
  ),
]
