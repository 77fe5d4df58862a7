/** Makes this process believe that it is so many milliseconds later than it is. */
export function shiftClock(ms: number): void {
  const { now } = Date
  const Real = Date
  globalThis.Date = class extends Real {
    constructor(...values: [] | [number]) {
      super(...((values.length === 0 ? [now() + ms] : values) as [number]))
    }

    static override now(): number {
      return now() + ms
    }
  } as DateConstructor
}
