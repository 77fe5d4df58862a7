import { matchesFilter, type SessionFilter, type SessionInfo } from '@sessions/core'
import { type Mutant, store } from './mutant.ts'
import { PlainStore } from './plain-store.ts'

/** A pattern of LIKE as a regular expression. */
function like(pattern: string, flags = 's'): RegExp {
  const parts = [...pattern].map((character) => {
    if (character === '%') return '.*'
    return character === '_' ? '.' : character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&')
  })
  return new RegExp(`^${parts.join('')}`, `u${flags}`)
}

/** A store that matches a prefix in a way of its own. */
function matchingPrefix(name: string, mistake: string, matches: (id: string, prefix: string) => boolean): Mutant {
  const Store = class extends PlainStore {
    protected override matches(info: SessionInfo, { prefix = '', ...filter }: SessionFilter): boolean {
      return matches(info.sessionId, prefix) && matchesFilter(info, filter)
    }
  }
  return store(name, mistake, ['list/prefix'], Store)
}

/** A store that compares metadata in a way of its own. */
function matchingMetadata(name: string, mistake: string, equal: (found: unknown, wanted: unknown) => boolean): Mutant {
  const Store = class extends PlainStore {
    protected override matches(info: SessionInfo, { metadata = {}, ...filter }: SessionFilter): boolean {
      const found = info.metadata ?? {}
      return (
        matchesFilter(info, filter) &&
        Object.entries(metadata).every(([key, value]) => key in found && equal(found[key], value))
      )
    }
  }
  return store(name, mistake, ['list/metadata'], Store)
}

export const listMutants: readonly Mutant[] = [
  matchingPrefix('prefix-as-pattern', 'passes the prefix to LIKE as it is', (id, prefix) => like(prefix).test(id)),
  matchingPrefix('prefix-ignores-case', 'uses a LIKE that ignores case', (id, prefix) =>
    id.toLowerCase().startsWith(prefix.toLowerCase()),
  ),
  matchingPrefix('prefix-anywhere', 'looks for the prefix anywhere', (id, prefix) => id.includes(prefix)),
  matchingPrefix('prefix-as-glob', 'passes the prefix to a command that takes * and ?', (id, prefix) =>
    like(
      prefix
        .replaceAll(/[%_]/g, (c) => `\\${c}`)
        .replaceAll('*', '%')
        .replaceAll('\\', ''),
    ).test(id),
  ),
  matchingPrefix('prefix-ignores-accents', 'compares prefixes by a collation', (id, prefix) =>
    id.normalize('NFD').startsWith(prefix.normalize('NFD')),
  ),
  matchingPrefix(
    'prefix-excludes-itself',
    'takes a session whose id is the prefix for another one',
    (id, prefix) => prefix === '' || (id !== prefix && id.startsWith(prefix)),
  ),
  matchingPrefix(
    'prefix-within-the-first-plane',
    'looks from the prefix to the prefix with U+FFFF behind it',
    (id, prefix) => id.startsWith(prefix) && (id.codePointAt(prefix.length) ?? 0) <= 0xffff,
  ),
  matchingMetadata(
    'metadata-as-text',
    'compares metadata as text',
    (found, wanted) => String(found) === String(wanted),
  ),
  matchingMetadata(
    'metadata-ignores-case',
    'compares metadata by a collation',
    (found, wanted) => JSON.stringify(found)?.toLowerCase() === JSON.stringify(wanted).toLowerCase(),
  ),
  matchingMetadata(
    'metadata-booleans-as-numbers',
    'takes true for 1',
    (found, wanted) => found === wanted || Number(found) === wanted,
  ),
  matchingMetadata('metadata-in-arrays', 'finds a value in an array too, as indexes of JSON do', (found, wanted) =>
    Array.isArray(found) ? found.includes(wanted) : found === wanted,
  ),
  store(
    'metadata-any-key',
    'finds sessions where one key is equal',
    ['list/metadata'],
    class extends PlainStore {
      protected override matches(info: SessionInfo, { metadata = {}, ...filter }: SessionFilter): boolean {
        const pairs = Object.entries(metadata)
        return (
          matchesFilter(info, filter) &&
          (pairs.length === 0 || pairs.some(([key, value]) => info.metadata?.[key] === value))
        )
      }
    },
  ),
  store(
    'list-oldest-first',
    'lists in the order of a plain index',
    ['list/newest-first'],
    class extends PlainStore {
      protected override compare(a: SessionInfo, b: SessionInfo): number {
        return -super.compare(a, b)
      }
    },
  ),
  store(
    'list-by-creation',
    'lists what was created last first',
    ['list/newest-first'],
    class extends PlainStore {
      protected override find(filter: SessionFilter): SessionInfo[] {
        return super
          .find(filter)
          .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.sessionId > b.sessionId ? -1 : 1))
      }
    },
  ),
  store(
    'list-without-counts',
    'lists sessions without what info() says of them',
    ['list/newest-first'],
    class extends PlainStore {
      protected override find(filter: SessionFilter): SessionInfo[] {
        return super.find(filter).map((info) => ({ ...info, itemCount: 0 }))
      }
    },
  ),
  store(
    'list-by-seconds',
    'compares instants by the second',
    ['list/updated'],
    class extends PlainStore {
      protected override matches(info: SessionInfo, filter: SessionFilter): boolean {
        return super.matches(
          { ...info, updatedAt: new Date(info.updatedAt.getTime() - info.updatedAt.getMilliseconds() - 1) },
          filter,
        )
      }
    },
  ),
  store(
    'updated-inclusive',
    'takes the instant itself too',
    ['list/updated'],
    class extends PlainStore {
      protected override matches(info: SessionInfo, { updatedBefore, ...filter }: SessionFilter): boolean {
        return super.matches(info, filter) && (updatedBefore === undefined || info.updatedAt <= updatedBefore)
      }
    },
  ),
  store(
    'updated-by-creation',
    'compares with createdAt',
    ['list/updated-not-created'],
    class extends PlainStore {
      protected override matches(info: SessionInfo, filter: SessionFilter): boolean {
        return super.matches({ ...info, updatedAt: info.createdAt }, filter)
      }
    },
  ),
  store(
    'list-limit-ignored',
    'lists all for a limit',
    ['list/limit'],
    class extends PlainStore {
      protected override find({ limit: _, ...filter }: SessionFilter): SessionInfo[] {
        return super.find(filter)
      }
    },
  ),
  store(
    'list-limit-before-filter',
    'takes the newest few, and then looks which of them match',
    ['list/limit-of-matches'],
    class extends PlainStore {
      protected override find({ limit, ...filter }: SessionFilter): SessionInfo[] {
        return super.find(limit === undefined ? {} : { limit }).filter((info) => this.matches(info, filter))
      }
    },
  ),
  store(
    'list-rereads',
    'lists ids, and then gives each as it is by then',
    ['list/while-writing'],
    class extends PlainStore {
      protected override async *_list(filter: SessionFilter): AsyncIterable<SessionInfo> {
        for (const { sessionId } of this.find(filter)) {
          const info = await this._info(sessionId)
          if (info !== undefined) yield info
        }
      }
    },
  ),
  store(
    'list-by-offset',
    'reads one session after the other by its place in a list that changes',
    ['list/while-writing'],
    class extends PlainStore {
      protected override async *_list({ limit = Infinity, ...filter }: SessionFilter): AsyncIterable<SessionInfo> {
        for (let place = 0; place < limit; place++) {
          const info = this.find(filter)[place]
          if (info === undefined) return
          yield info
        }
      }
    },
  ),
  store(
    'list-of-1000',
    'lists one page of 1,000',
    ['list/many'],
    class extends PlainStore {
      protected override find(filter: SessionFilter): SessionInfo[] {
        return super.find(filter).slice(0, 1_000)
      }
    },
  ),
  store(
    'list-pages-by-updated',
    'reads on after the instant of the last one, past others of the same',
    ['list/many'],
    class extends PlainStore {
      protected override find({ limit, ...filter }: SessionFilter): SessionInfo[] {
        const infos = super.find(filter)
        const paged = infos.filter(
          (info, place) =>
            place % 10 !== 0 || place === 0 || infos[place - 1]?.updatedAt.getTime() !== info.updatedAt.getTime(),
        )
        return paged.slice(0, limit)
      }
    },
  ),
  store(
    'filter-unchecked',
    'overrides a public method and so skips its checks',
    ['list/refused-filters'],
    class extends PlainStore {
      override listSessions(filter: SessionFilter = {}): AsyncIterable<SessionInfo> {
        return this._list(filter)
      }
    },
  ),
]
