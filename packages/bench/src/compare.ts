export interface Contender {
  ours: () => unknown
  byHand: () => unknown
}

export interface Comparison {
  name: string
  /** Median microseconds for one operation. */
  oursMicroseconds: number
  byHandMicroseconds: number
  /** How much of the speed by hand is left: 1 is the same, 0.8 takes a quarter longer. */
  ratio: number
}

/**
 * Takes turns operation by operation, so that whatever slows the machine down slows both; who begins alternates.
 * The first tenth warms up and does not count.
 */
export async function compare(name: string, rounds: number, { ours, byHand }: Contender): Promise<Comparison> {
  const times = { ours: [] as number[], byHand: [] as number[] }
  const measure = async (work: () => unknown, into: number[]): Promise<void> => {
    const start = performance.now()
    await work()
    into.push(performance.now() - start)
  }
  for (let round = 0; round < rounds; round++) {
    if (round === Math.floor(rounds / 10)) times.ours.length = times.byHand.length = 0
    const order = [() => measure(ours, times.ours), () => measure(byHand, times.byHand)]
    for (const turn of round % 2 === 0 ? order : order.toReversed()) await turn()
  }
  const [oursMs, byHandMs] = [median(times.ours), median(times.byHand)]
  return { name, oursMicroseconds: oursMs * 1000, byHandMicroseconds: byHandMs * 1000, ratio: byHandMs / oursMs }
}

/** Prints a table and says whether every ratio reaches `least`, one for all or one for each name that has to reach any. */
export function report(comparisons: readonly Comparison[], least: number | Readonly<Record<string, number>>): boolean {
  const leastOf = (name: string): number => (typeof least === 'number' ? least : (least[name] ?? 0))
  console.log(`${'operation'.padEnd(38)}${'ours'.padStart(12)}${'by hand'.padStart(12)}${'ratio'.padStart(8)}`)
  for (const { name, oursMicroseconds, byHandMicroseconds, ratio } of comparisons) {
    const [ours, byHand] = [oursMicroseconds, byHandMicroseconds].map((value) => `${value.toFixed(1)} µs`.padStart(12))
    console.log(`${name.padEnd(38)}${ours}${byHand}${ratio.toFixed(2).padStart(8)}`)
  }
  const slow = comparisons.filter(({ name, ratio }) => ratio < leastOf(name))
  const goals = typeof least === 'number' ? least.toFixed(2) : 'what it must be'
  console.log(
    slow.length === 0
      ? `Every ratio is at least ${goals}.`
      : `Below ${goals}: ${slow.map(({ name }) => `${name} (${leastOf(name).toFixed(2)})`).join(', ')}`,
  )
  return slow.length === 0
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
