/** What pictures are drawn of: sums over some sessions, which the server gives in parts and the page adds up. */
export interface Sums {
  /** How many sessions these are of. */
  sessions: number
  /** Of how many of them only the beginning was read. */
  cut: number
  days: readonly DaySums[]
  /** How many sessions have so many items, and so many bytes, by {@link bucketOf}. */
  lengths: readonly number[]
  sizes: readonly number[]
  tokens: readonly TokenSums[]
  /** The first ten of each. */
  largest: readonly Extreme[]
  slowest: readonly Extreme[]
}

/** A part of them. */
export interface SumsPart extends Sums {
  /** Leads to what follows; absent at the end. */
  next?: string
}

export interface DaySums {
  /** `2026-03-14`, in the time zone that was asked for. */
  day: string
  /** Sessions that were begun, and items that were written. */
  sessions: number
  items: number
}

export interface TokenSums {
  /** Absent for runs of which only the total is kept. */
  day?: string
  /** Every token is counted once by model and once by agent. */
  by: 'model' | 'agent'
  name: string
  input: number
  output: number
}

/** A conversation that stands out. */
export interface Extreme {
  sessionId: string
  items: number
  bytes: number
  /** The longest time from what the user said to the last item before they spoke again, in milliseconds. */
  longestTurn?: number
}

/** How many of them are told. */
const mostExtremes = 10

export const noSums: Sums = {
  sessions: 0,
  cut: 0,
  days: [],
  lengths: [],
  sizes: [],
  tokens: [],
  largest: [],
  slowest: [],
}

/** The sums over all of the parts, days in order. */
export function added(parts: readonly Sums[]): Sums {
  const all = <K extends keyof Sums>(key: K): Sums[K][] => parts.map((part) => part[key])
  const extremes = (key: 'largest' | 'slowest', measure: (one: Extreme) => number): Extreme[] =>
    all(key)
      .flat()
      .sort((one, other) => measure(other) - measure(one))
      .slice(0, mostExtremes)
  return {
    sessions: sum(all('sessions')),
    cut: sum(all('cut')),
    days: addedBy(all('days').flat(), ({ day }) => day, ['sessions', 'items']).sort(byDay),
    lengths: addedAt(all('lengths')),
    sizes: addedAt(all('sizes')),
    tokens: addedBy(all('tokens').flat(), ({ day, by, name }) => `${day} ${by} ${name}`, ['input', 'output']),
    largest: extremes('largest', ({ bytes }) => bytes),
    slowest: extremes('slowest', ({ longestTurn = 0 }) => longestTurn),
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function byDay(one: DaySums, other: DaySums): number {
  return one.day < other.day ? -1 : 1
}

function addedBy<T extends object, K extends keyof T>(all: readonly T[], keyOf: (one: T) => string, fields: K[]): T[] {
  const found = new Map<string, T>()
  for (const one of all) {
    const key = keyOf(one)
    const before = found.get(key)
    if (before === undefined) found.set(key, { ...one })
    else for (const field of fields) before[field] = ((before[field] as number) + (one[field] as number)) as T[K]
  }
  return [...found.values()]
}

function addedAt(all: readonly (readonly number[])[]): number[] {
  const longest = Math.max(0, ...all.map(({ length }) => length))
  return Array.from({ length: longest }, (_, index) => sum(all.map((one) => one[index] ?? 0)))
}

/** Where a number stands among 0, 1, 2–4, 5–9, 10–19, 20–49, 50–99 and so on. */
export function bucketOf(number: number): number {
  let bucket = 0
  while (lowestOf(bucket + 1) <= number) bucket++
  return bucket
}

/** The lowest number of a bucket. */
export function lowestOf(bucket: number): number {
  if (bucket === 0) return 0
  return ([1, 2, 5][(bucket - 1) % 3] as number) * 10 ** Math.floor((bucket - 1) / 3)
}
