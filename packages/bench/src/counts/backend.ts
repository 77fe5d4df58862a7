import type { Counts } from './measure.ts'

/** What the calls cost on one backend. */
export interface Costs {
  /** Of what stores the sessions. */
  readonly version: string
  readonly calls: Readonly<Record<string, Counts>>
  /** What could not be counted here, and why. */
  readonly missing?: string
}

/** Starts it. What it resolves to makes the calls, and ends it; `undefined` where this machine goes without it. */
export type Backend = () => Promise<(() => Promise<Costs>) | undefined>
