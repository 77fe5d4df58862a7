import type { KeptOperation } from '../store/restored-session.ts'

interface Operation {
  fingerprint: string
  forgetAt: number
}

/** The operation ids of one session, the oldest first, each for so many milliseconds. */
export class Operations {
  readonly #known = new Map<string, Operation>()
  readonly #ms: number

  constructor(ms: number) {
    this.#ms = ms
  }

  /** `undefined` for one that was not applied, or is no longer remembered. */
  fingerprintOf(id: string): string | undefined {
    return this.#known.get(id)?.fingerprint
  }

  remember({ id, fingerprint }: { id: string; fingerprint: string }, now: number): void {
    this.#known.set(id, { fingerprint, forgetAt: now + this.#ms })
  }

  /** Drops those that need not be remembered any more. A repetition does not renew an id, so they stand in order. */
  forget(now: number): void {
    for (const [id, { forgetAt }] of this.#known) {
      if (forgetAt > now) return
      this.#known.delete(id)
    }
  }

  /** All that are still remembered. */
  kept(): KeptOperation[] {
    return Array.from(this.#known, ([id, { fingerprint, forgetAt }]) => ({
      id,
      fingerprint,
      forgetAt: new Date(forgetAt),
    }))
  }

  /** Adds those of a restored session, among the others in the order of their ends. */
  restore(operations: readonly KeptOperation[]): void {
    const all = [...this.kept(), ...operations].sort((a, b) => a.forgetAt.getTime() - b.forgetAt.getTime())
    this.#known.clear()
    for (const { id, fingerprint, forgetAt } of all) this.#known.set(id, { fingerprint, forgetAt: forgetAt.getTime() })
  }

  clear(): void {
    this.#known.clear()
  }
}
