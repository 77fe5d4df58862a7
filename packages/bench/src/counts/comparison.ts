import type { Costs } from './backend.ts'
import type { Counts } from './measure.ts'

/** What the calls cost, by the name of the backend: what is committed, or what was counted now. */
export type AllCosts = Readonly<Record<string, Costs>>

/** One number, and what it was. */
export interface Change {
  readonly backend: string
  readonly call: string
  /** What is counted. */
  readonly name: string
  /** `undefined`: it was not counted. */
  readonly committed: number | undefined
  /** `undefined`: it is counted no more. */
  readonly now: number | undefined
}

/** Of bytes, the part by which they may differ: times and ids are shorter now and then, and pages of a log have heads. Counts may not. */
const tolerance = 0.02
/** Of what is in a log: which page a row comes to lie on differs. */
const logTolerance = 0.1
/** Bytes by which they may differ however few they are. */
const fewBytes = 16

/** What differs, on the backends that were counted now. */
export function compare(committed: AllCosts, now: AllCosts): Change[] {
  return Object.entries(now).flatMap(([backend, costs]) => {
    const before = committed[backend]
    // What a server writes into its log for the same statements is up to its version.
    const isOther = before !== undefined && major(before.version) !== major(costs.version)
    return callsOf(before, costs).flatMap((call) =>
      changesOf(before?.calls[call], costs.calls[call])
        .filter(({ name }) => isCounted(name, costs) && !(isOther && name === 'logBytes'))
        .map((change) => ({ backend, call, ...change })),
    )
  })
}

/** Whether it was counted on this machine: some of them take more than the machine has. */
function isCounted(name: string, { calls, missing }: Costs): boolean {
  return missing === undefined || Object.values(calls).some((counts) => name in counts)
}

function callsOf(...costs: readonly (Costs | undefined)[]): string[] {
  return [...new Set(costs.flatMap((each) => Object.keys(each?.calls ?? {})))]
}

function changesOf(committed: Counts = {}, now: Counts = {}): Pick<Change, 'name' | 'committed' | 'now'>[] {
  const names = [...new Set([...Object.keys(committed), ...Object.keys(now)])]
  return names
    .map((name) => ({ name, committed: committed[name], now: now[name] }))
    .filter(({ name, ...values }) => !isSame(name, values.committed, values.now))
}

function isSame(name: string, committed: number | undefined, now: number | undefined): boolean {
  if (committed === undefined || now === undefined || !name.endsWith('Bytes')) return committed === now
  return Math.abs(now - committed) <= Math.max(fewBytes, committed * (name === 'logBytes' ? logTolerance : tolerance))
}

function major(version: string): string {
  return version.split('.')[0] ?? version
}
