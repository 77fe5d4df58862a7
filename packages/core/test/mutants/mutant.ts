import { join } from 'node:path'
import { type SessionStore, StoredSession, type StoredSessionOptions } from '@sessions/core'
import type { Harness, StoreHarness } from '@sessions/core/conformance'
import { ManualClock } from '@sessions/core/testing'
import { FilePlace, MemoryPlace } from './place.ts'
import { PlainStore, type PlainStoreOptions } from './plain-store.ts'

/** A store or session with one plausible mistake. */
export interface Mutant {
  name: string
  /** What its author got wrong, or believed. */
  mistake: string
  /** The cases that must fail it. */
  killedBy: readonly string[]
  /** @param folder - for its files; empty at first */
  harness(folder: string): Harness
}

/** One whose mistake shows in another instance, in another process or after a kill; found by its name there. */
export interface DurableMutant extends Mutant {
  Store: StoreClass
}

export type StoreClass = new (options: PlainStoreOptions) => SessionStore
/** Mutants work with items of any type. */
export type Item = Record<string, unknown>
export type SessionClass = new (
  store: SessionStore,
  sessionId: string,
  options?: StoredSessionOptions<Item>,
) => StoredSession<Item>

const hour = 3_600_000

type Capabilities = Partial<StoreHarness['capabilities']>

/** How a store in memory is set up. */
export interface Setup {
  /** Its time is that of the machine. Default: a clock that stands still, but for what the kit moves it. */
  real?: boolean
}

/** A harness for a store in memory, with a ttl and a clock that the kit moves; where `shared`, all instances have one memory. */
export function memoryHarness(
  name: string,
  Store: StoreClass,
  { real = false, ...capabilities }: Capabilities & Setup = {},
): StoreHarness {
  const start = Date.now()
  const still = new ManualClock(start)
  const clock = real ? { now: () => still.now() + Date.now() - start } : still
  const faults: NonNullable<PlainStoreOptions['faults']> = {}
  let place = new MemoryPlace()
  return {
    name,
    open: async () => new Store({ clock, ttlMs: hour, faults, ...(capabilities.shared === true && { place }) }),
    reset: async () => {
      place = new MemoryPlace()
    },
    advance: async (ms) => still.advance(ms),
    failNextCommit: (fault) => {
      faults.next = fault
    },
    capabilities: { durable: false, multiProcess: false, ttl: true, list: true, transactions: true, ...capabilities },
  }
}

/** A harness for a store on a file. Child processes find the class by its name among the durable mutants. */
export function fileHarness(name: string, Store: StoreClass, folder: string, alone = false): StoreHarness {
  const path = join(folder, 'sessions.db')
  return {
    name,
    open: async () => new Store({ place: new FilePlace(path, alone) }),
    reset: async () => {
      const place = new FilePlace(path)
      for (const key of place.keys()) place.write(key, undefined)
      place.close()
    },
    worker: { module: new URL('./open.ts', import.meta.url).href, export: 'open', options: { name, path, alone } },
    capabilities: { durable: true, shared: !alone, multiProcess: !alone, ttl: false, list: true, transactions: true },
  }
}

/** A wrong store. */
export function store(
  name: string,
  mistake: string,
  killedBy: readonly string[],
  Store: StoreClass,
  setup?: Capabilities & Setup,
): Mutant {
  return { name, mistake, killedBy, harness: () => memoryHarness(name, Store, setup) }
}

/** A wrong store whose instances have one memory. */
export function shared(name: string, mistake: string, killedBy: readonly string[], Store: StoreClass): Mutant {
  return store(name, mistake, killedBy, Store, { shared: true })
}

/** A wrong store on a file that one instance at a time has open. */
export function alone(name: string, mistake: string, killedBy: readonly string[], Store: StoreClass): DurableMutant {
  return { name, mistake, killedBy, Store, harness: (folder) => fileHarness(name, Store, folder, true) }
}

/** A wrong store on a file. */
export function durable(name: string, mistake: string, killedBy: readonly string[], Store: StoreClass): DurableMutant {
  return { name, mistake, killedBy, Store, harness: (folder) => fileHarness(name, Store, folder) }
}

/** A correct store whose sessions are wrong. */
export function session(
  name: string,
  mistake: string,
  killedBy: readonly string[],
  Session: SessionClass,
  Base: typeof PlainStore = PlainStore,
): Mutant {
  class Store extends Base {
    override session(sessionId: string, options?: object): StoredSession<never> {
      return new Session(this, sessionId, options) as unknown as StoredSession<never>
    }
  }
  return { name, mistake, killedBy, harness: () => memoryHarness(name, Store) }
}

/** A session that knows its store, for mutants to go past what it checks. */
export class OpenSession extends StoredSession<Item> {
  protected readonly log: SessionStore

  constructor(store: SessionStore, sessionId: string, options: StoredSessionOptions<Item> = {}) {
    super(store, sessionId, options)
    this.log = store
  }
}

/** Sessions that change every item on its way in: `JSON.parse` of what `change` makes of its JSON, say. */
export function changing(change: (item: Item) => Item): SessionClass {
  return class extends OpenSession {
    override async addItems(items: readonly Item[]): Promise<void> {
      return super.addItems(Array.isArray(items) ? items.map(change) : items)
    }
  }
}

/** Sessions that change every text of an item, keys apart. */
export function changingTexts(change: (text: string) => string): SessionClass {
  const visit = (value: unknown): unknown => {
    if (typeof value === 'string') return change(value)
    if (Array.isArray(value)) return value.map(visit)
    if (value?.constructor !== Object) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visit(inner)]))
  }
  return changing((item) => visit(item) as Item)
}
