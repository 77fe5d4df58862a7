/** What the server and the page say to one another, as JSON. */

/** What is open. */
export interface About {
  /** How the store is called; never with a password. */
  store: string
  encrypted: boolean
  /** Whether entries have ids: without, there are no links to them, no live updates and no forks. */
  keepsPlaces: boolean
  /** What a million tokens cost, by model, where a file of prices was given. */
  prices?: Prices
  /** Where it was started with `--write`; `flags` name the store on a command line, without secrets. */
  writes?: { flags: readonly string[] }
}

export interface Prices {
  currency: string
  models: Readonly<Record<string, Price>>
}

/** For a million tokens. */
export interface Price {
  input: number
  output: number
  /** Of input that was cached; as `input` where it is not given. */
  cached?: number
}

/** What is known of a session without its items. Times are of the form of `Date.toJSON`. */
export interface SessionRow {
  sessionId: string
  createdAt: string
  updatedAt: string
  itemCount: number
  expiresAt?: string
  /** Without `usage`. */
  metadata?: Readonly<Record<string, unknown>>
  /** What its runs have cost, where `addUsage` keeps it. */
  tokens?: number
  /** Where a text that was looked for stands in it; `entry` is absent for its id and metadata. */
  matches?: readonly TextMatch[]
}

export interface TextMatch {
  entry?: string
  before: string
  found: string
  after: string
}

/** Some sessions in the order of listing. */
export interface SessionsPage {
  sessions: readonly SessionRow[]
  /** Leads to what follows; absent at the end. */
  next?: string
  /** How many sessions were looked through for a text. */
  searched?: number
}

/** An item in its place. */
export interface PageEntry {
  id: string
  createdAt?: string
  /** As it is stored; a long text in it is a {@link CutText}. */
  item?: Readonly<Record<string, unknown>>
  /** Why there is no item, or none that can be used. */
  problem?: string
  /** Of a record that is no item: how it begins. */
  raw?: string
  /** UTF-16 units of the record. */
  size: number
  /** Whether something in it is cut: the entry alone is whole. */
  isCut?: true
}

/** In the place of a text that is too long for a page of entries. */
export interface CutText {
  $cut: string
  length: number
}

/** Some entries, oldest first, and whether there are more on either side. */
export interface EntriesPage {
  entries: readonly PageEntry[]
  older: boolean
  newer: boolean
}

export interface SessionDetail {
  session: SessionRow
  usage?: Usage
  lease?: LeaseInfo
  /** The ids of the newest of its forks. */
  forks: readonly string[]
}

/** Until when a session is held by `exclusive` or `acquire`. */
export interface LeaseInfo {
  until: string
}

export interface Tokens {
  requests: number
  inputTokens: number
  outputTokens: number
  cachedTokens?: number
  reasoningTokens?: number
}

/** As `addUsage` keeps it. */
export interface Usage extends Tokens {
  agents: Readonly<Record<string, Tokens>>
  models: Readonly<Record<string, Tokens>>
  turns: readonly TurnUsage[]
}

export interface TurnUsage extends Tokens {
  runId: string
  at: string
  agents?: Readonly<Record<string, Tokens>>
  models?: Readonly<Record<string, Tokens>>
}

/** What only the whole history tells. */
export interface Outline {
  /** The ids of the entries with which turns begin, oldest first. */
  turns: readonly string[]
  /**
   * Calls that failed, were refused or have no result, records that cannot be read, and what the user said last where nothing follows it;
   * oldest first, at most 500.
   */
  troubles: readonly Trouble[]
  entries: number
  /** Whether the history was too long to look through: this is of its newest part. */
  isPartial: boolean
}

export interface Trouble {
  entry: string
  what: 'failed' | 'refused' | 'pending' | 'unreadable' | 'unanswered'
  /** Of the tool. */
  name: string
}

/** Two histories: how many entries they begin with in common, and how each goes on from there. */
export interface Comparison {
  common: number
  left: readonly PageEntry[]
  right: readonly PageEntry[]
  /** Whether there is more than that. */
  leftMore: boolean
  rightMore: boolean
}

/** What comes over the stream of a session. */
export type LiveEvent = { type: 'added' } | { type: 'rewritten' } | { type: 'lease'; lease: LeaseInfo | null }

/** What went wrong. */
export interface Problem {
  error: string
  code?: string
}
