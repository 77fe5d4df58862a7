/** What every contender stores: an item of a conversation. A peer that has messages of its own turns them to and fro. */
export interface Item {
  role: 'user' | 'assistant'
  content: string
}

export type Backend = 'sqlite' | 'postgres' | 'mariadb' | 'redis' | 'memory'

/** What we keep of a session beside its items. A peer that keeps less of it has less to do, which the report says. */
export type Kept = 'session row' | 'times' | 'expiry'

/** A library that keeps conversations, or something that stands beside them for comparison. A file of `contenders/` exports one. */
export type Contender = NodeContender | OtherContender

interface Described {
  readonly name: string
  readonly backend: Backend
  /** Whose versions the report names. */
  readonly packages: readonly string[]
  /** What of ours it does not keep. */
  readonly lacks?: readonly Kept[]
  /** What a reader must know to read its figures. */
  readonly note?: string
}

export interface NodeContender extends Described {
  readonly command?: never
  /** @param place - the path of a file, or a url; empty for memory */
  open(place: string): Promise<Store>
}

/** One of another language: a program that has the workloads itself, and answers the messages of `messages.ts` on Node's channel, a line each. */
export interface OtherContender extends Described {
  readonly command: readonly [program: string, ...parameters: string[]]
}

/** What is not there is not offered: it is said in the report instead of being put together here from other calls. */
export interface Store {
  /** The settings that say when a write is safe, as they are in force. */
  settings?(): Promise<Readonly<Record<string, unknown>>>
  append(sessionId: string, items: readonly Item[]): Promise<unknown>
  /** One item to each of many sessions, as one does it by hand. Without it they are appended one by one, all at the same moment. */
  appendEach?(sessionIds: readonly string[], item: Item): Promise<unknown>
  all(sessionId: string): Promise<Item[]>
  /** The newest, oldest first. */
  last?(sessionId: string, count: number): Promise<Item[]>
  pop?(sessionId: string): Promise<Item | undefined>
  /** An object for one session, for those that have such. */
  handle?(sessionId: string): object
  close(): Promise<unknown>
}
