import { type ListingOptions, matchesFilter, type SessionFilter, type SessionInfo } from '@sessions/core'
import { type Mutant, store } from './mutant.ts'
import type { Entry } from './place.ts'
import { PlainStore } from './plain-store.ts'

type Equal = (found: Readonly<Record<string, unknown>>, key: string, wanted: unknown) => boolean

/** A store that looks metadata up in a way of its own. */
function finding(name: string, mistake: string, killedBy: string, equal: Equal): Mutant {
  const Store = class extends PlainStore {
    protected override matches(info: SessionInfo, { metadata = {}, ...filter }: SessionFilter): boolean {
      const found = info.metadata ?? {}
      return matchesFilter(info, filter) && Object.entries(metadata).every(([key, value]) => equal(found, key, value))
    }
  }
  return store(name, mistake, [killedBy], Store)
}

/** One that finds a key by what it makes of it. */
function folding(name: string, mistake: string, fold: (key: string) => string): Mutant {
  return finding(name, mistake, 'list/metadata-keys', (found, key, wanted) =>
    Object.entries(found).some(([other, value]) => fold(other) === fold(key) && value === wanted),
  )
}

/** One that compares texts by what it makes of them. */
function comparing(name: string, mistake: string, make: (text: string) => string): Mutant {
  const made = (value: unknown): unknown => (typeof value === 'string' ? make(value) : value)
  return finding(
    name,
    mistake,
    'list/metadata-values',
    (found, key, wanted) => Object.hasOwn(found, key) && made(found[key]) === made(wanted),
  )
}

export const filterMutants: readonly Mutant[] = [
  folding('metadata-keys-ignore-case', 'keeps keys of metadata in a column that ignores case', (key) =>
    key.toLowerCase(),
  ),
  folding('metadata-keys-normalized', 'normalizes keys of metadata', (key) => key.normalize()),
  folding('metadata-keys-compatible', 'normalizes keys to what looks alike', (key) => key.normalize('NFKC')),
  folding('metadata-keys-trimmed', 'trims keys of metadata', (key) => key.trim()),
  folding('metadata-keys-cut', 'keeps 255 characters of a key', (key) => key.slice(0, 255)),
  finding('metadata-keys-are-paths', 'takes a key for a path', 'list/metadata-keys', (found, key, wanted) => {
    const path = key.split('.').filter((part) => part !== '' && part !== '$')
    let value: unknown = found
    for (const part of path.length > 0 ? path : [key]) value = (value as Record<string, unknown> | undefined)?.[part]
    return value === wanted
  }),
  comparing('metadata-values-normalized', 'compares normalized texts', (text) => text.normalize()),
  comparing('metadata-values-cut', 'compares what fits into an index of 255 characters', (text) => text.slice(0, 255)),
  comparing('metadata-values-cut-late', 'compares what fits into an index of 4,096 bytes', (text) =>
    text.slice(0, 4_096),
  ),
  comparing('metadata-values-padded', 'compares texts with a collation that pads with spaces', (text) =>
    text.trimEnd(),
  ),
  finding(
    'metadata-numbers-as-floats',
    'keeps numbers in 32 bits',
    'list/metadata-values',
    (found, key, wanted) =>
      found[key] === wanted ||
      (typeof found[key] === 'number' && typeof wanted === 'number' && Math.fround(found[key]) === Math.fround(wanted)),
  ),
  finding(
    'metadata-texts-as-json',
    'compares a text with what it would be as JSON',
    'list/metadata-values',
    (found, key, wanted) => found[key] === wanted || found[key] === JSON.stringify(wanted),
  ),
  store(
    'criteria-first-time-only',
    'looks at one end of a span of time',
    ['list/criteria-together'],
    class extends PlainStore {
      protected override matches(info: SessionInfo, { updatedAfter, ...filter }: SessionFilter): boolean {
        const both = updatedAfter !== undefined && filter.updatedBefore !== undefined
        return super.matches(info, both || updatedAfter === undefined ? filter : { ...filter, updatedAfter })
      }
    },
  ),
  store(
    'criteria-metadata-alone',
    'goes by its index of metadata, and by nothing else where there is one to use',
    ['list/criteria-together'],
    class extends PlainStore {
      protected override matches(info: SessionInfo, filter: SessionFilter): boolean {
        return super.matches(info, filter.metadata === undefined ? filter : { metadata: filter.metadata })
      }
    },
  ),
  store(
    'list-joins-records',
    'lists sessions joined with their records',
    ['list/without-items'],
    class extends PlainStore {
      protected override find(filter: SessionFilter): SessionInfo[] {
        return super.find(filter).filter(({ itemCount }) => itemCount > 0)
      }
    },
  ),
  store(
    'operation-alone-unlisted',
    'makes no row of a session for an operation that brings nothing else',
    ['list/without-items'],
    class extends PlainStore {
      protected override describe(sessionId: string, entry: Entry): SessionInfo {
        return super.describe(sessionId, entry)
      }

      protected override find(filter: SessionFilter): SessionInfo[] {
        return super.find(filter).filter(({ sessionId }) => {
          const entry = this.load(sessionId)
          const { records = [], metadata = {}, createdAt, updatedAt } = entry ?? {}
          return records.length > 0 || Object.keys(metadata).length > 0 || createdAt !== updatedAt
        })
      }
    },
  ),
  store(
    'list-counts-unasked',
    'overrides a public method and so gives what nobody asked for',
    ['list/uncounted'],
    class extends PlainStore {
      override listSessions(filter?: SessionFilter): AsyncIterable<SessionInfo> {
        return super.listSessions(filter)
      }
    },
  ),
  store(
    'list-uncounted-without-metadata',
    'leaves out more than the count, as where both came from one query',
    ['list/uncounted'],
    class extends PlainStore {
      protected override async *_list(filter: SessionFilter, options: ListingOptions): AsyncIterable<SessionInfo> {
        for await (const { metadata, ...info } of super._list(filter)) {
          yield options.count === false || metadata === undefined ? info : { ...info, metadata }
        }
      }
    },
  ),
]
