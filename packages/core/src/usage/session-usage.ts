import { canonicalJSON, type JSONValue } from '../codec/json.ts'
import { SessionError } from '../errors/session-error.ts'
import type { CountedTurn } from '../store/session-filter.ts'
import { type DetailedUsage, fromNumbers, none, numbersOf, plus, type TokenUsage } from './run-usage.ts'

/** What one run has cost, and when it was last added. */
export interface TurnUsage extends DetailedUsage {
  runId: string
  at: Date
}

/** What all runs of a session have cost; `turns` are the newest 100 of them, oldest first. */
export interface SessionUsage extends DetailedUsage {
  turns: TurnUsage[]
}

/** How many runs are kept with their details, and of how many the total is known. */
const [maxTurns, maxRuns] = [100, 1_000]

/** As it stands in `metadata.usage`. */
interface Stored extends DetailedUsage {
  version: 1
  turns: (DetailedUsage & { runId: string; at: string })[]
  /** Oldest first, the newest of which are those of `turns`: an id and its total in numbers. */
  runs: [string, ...number[]][]
}

const empty: Stored = { version: 1, ...none, agents: {}, models: {}, turns: [], runs: [] }

/** The usage with that of a run, in the place of what was added of it before. */
export function withRun(
  metadata: Record<string, JSONValue>,
  runId: string,
  usage: DetailedUsage,
  now: Date,
): Record<string, JSONValue> {
  const stored = readUsage(metadata)
  const earlier = stored.turns.find((turn) => turn.runId === runId) ?? totalOf(stored, runId)
  const sum = add(earlier === undefined ? stored : add(stored, earlier, -1), usage)
  const turns = [...stored.turns.filter((turn) => turn.runId !== runId), { ...usage, runId, at: now.toISOString() }]
  const runs: Stored['runs'] = [...stored.runs.filter(([id]) => id !== runId), [runId, ...numbersOf(usage)]]
  const next: Stored = { version: 1, ...sum, turns: turns.slice(-maxTurns), runs: runs.slice(-maxRuns) }
  return { usage: next as unknown as JSONValue }
}

/** What the metadata say, and what others counted. @throws SESSION_CONFLICT where `metadata.usage` is something else */
export function sessionUsage(metadata: Record<string, JSONValue>, counted: readonly CountedTurn[]): SessionUsage {
  const { version: _, runs: __, turns, ...sum } = readUsage(metadata)
  const own = turns.map((turn) => ({ ...turn, at: new Date(turn.at) }))
  if (counted.length === 0) return { ...sum, turns: own }
  const theirs = counted.map(ofTurn)
  const all = [...theirs, ...own].sort((one, other) => one.at.getTime() - other.at.getTime())
  return { ...theirs.reduce<DetailedUsage>((total, turn) => add(total, turn), sum), turns: all.slice(-maxTurns) }
}

function ofTurn({ turn, at, ...usage }: CountedTurn): TurnUsage {
  return { ...usage, agents: { unknown: usage }, models: { unknown: usage }, runId: `turn ${turn}`, at }
}

function readUsage({ usage }: Record<string, JSONValue>): Stored {
  if (usage === undefined) return empty
  if ((usage as Partial<Stored> | null)?.version === 1) return usage as unknown as Stored
  throw new SessionError('SESSION_CONFLICT', 'metadata.usage holds something else than usage. Nothing was changed.')
}

/** Of a run whose details are gone, only the total can be taken back. */
function totalOf(stored: Stored, runId: string): DetailedUsage | undefined {
  const [, ...numbers] = stored.runs.find(([id]) => id === runId) ?? []
  if (numbers.length === 0) return undefined
  const total = fromNumbers(numbers)
  return { ...total, agents: { unknown: total }, models: { unknown: total } }
}

function add(one: DetailedUsage, other: DetailedUsage, times = 1): DetailedUsage {
  const agents = addEach(one.agents, other.agents, times)
  const models = addEach(one.models, other.models, times)
  return { ...plus(one, other, times), agents, models }
}

function addEach(
  one: Record<string, TokenUsage>,
  other: Record<string, TokenUsage>,
  times: number,
): Record<string, TokenUsage> {
  const sums = new Map(Object.entries(one))
  for (const [name, usage] of Object.entries(other)) {
    const sum = plus(sums.get(name) ?? none, usage, times)
    if (canonicalJSON(sum) === canonicalJSON(none)) sums.delete(name)
    else sums.set(name, sum)
  }
  return Object.fromEntries(sums)
}
