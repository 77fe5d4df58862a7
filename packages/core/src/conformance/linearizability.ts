import type { Random } from './random.ts'

/** What a client asks of a session. Items are named by their content. */
export type Request =
  | { type: 'append'; items: readonly string[] }
  | { type: 'replace'; items: readonly string[] }
  | { type: 'list'; items: readonly string[] }
  | { type: 'rewind' }
  | { type: 'pop' }
  | { type: 'read'; limit?: number }

/** A request with its answer and its place among the others. */
export interface Call {
  client: number
  request: Request
  /** What was popped, rewound or read; how many a list replaced. */
  result: readonly string[]
  /** When it was sent and when it was answered, on one clock. */
  start: number
  end: number
}

/** Sends a request and gives its answer; nothing for those that have none. */
export type Client = (request: Request) => Promise<readonly string[]>

/** Ways to rewrite a history. */
export type Rewrite = 'replace' | 'list' | 'rewind'

/** Draws requests whose items are all different. @param rewrites - those that the session offers */
export function drawRequests(random: Random, client: number, count: number, rewrites: readonly Rewrite[]): Request[] {
  return Array.from({ length: count }, (_, index) => {
    const items = Array.from({ length: 1 + random.integer(3) }, (_, place) => `${client}.${index}.${place}`)
    const choice = random.integer(10)
    if (choice < 4) return { type: 'append', items }
    if (choice < 7) return { type: 'pop' }
    if (choice < 9 || rewrites.length === 0)
      return random.integer(2) === 0 ? { type: 'read' } : { type: 'read', limit: 2 }
    const type = rewrites.length === 1 ? rewrites[0] : rewrites[random.integer(rewrites.length)]
    return type === 'rewind' ? { type } : { type: type ?? 'replace', items }
  })
}

/** All clients at once, each one request after the other. Gives what happened, in the order of the answers. */
export async function recordHistory(
  clients: readonly Client[],
  requests: readonly (readonly Request[])[],
  turn: (client: number) => Promise<unknown> = async () => {},
): Promise<Call[]> {
  let time = 0
  const history: Call[] = []
  const perform = async (send: Client, client: number): Promise<void> => {
    for (const request of requests[client] ?? []) {
      await turn(client)
      const start = time++
      const result = await send(request)
      history.push({ client, request, result, start, end: time++ })
    }
  }
  // All of them are heard, so that none goes on after the case.
  const outcomes = await Promise.allSettled(clients.map(perform))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  return history
}

/**
 * Whether the calls can be put into one order, in which none comes before another that had ended when it began, such that an
 * array would have answered each as it was answered: Wing and Gong's search, with Lowe's memory of what was tried.
 * @throws Error that lists the calls
 */
export function assertLinearizable(history: readonly Call[]): void {
  const tried = new Set<string>()
  const search = (left: readonly Call[], items: readonly string[]): boolean => {
    if (left.length === 0) return true
    const key = `${left.map(({ start }) => start)} ${items}`
    if (tried.has(key)) return false
    tried.add(key)
    const firstEnd = Math.min(...left.map(({ end }) => end))
    return left.some((call) => {
      if (call.start > firstEnd) return false
      const after = answered(call, items)
      return (
        after !== undefined &&
        search(
          left.filter((other) => other !== call),
          after,
        )
      )
    })
  }
  if (search(history, [])) return
  const lines = history.toSorted((a, b) => a.start - b.start).map(describe)
  throw new Error(`No order of these calls explains their answers:\n${lines.join('\n')}`)
}

/** The items after the call; `undefined` where an array would have answered otherwise. */
function answered({ request, result }: Call, items: readonly string[]): readonly string[] | undefined {
  switch (request.type) {
    case 'append':
      return [...items, ...request.items]
    case 'replace':
      return request.items
    case 'list':
      return equal([`${items.length}`], result) ? request.items : undefined
    case 'rewind':
      return equal(items, result) ? [] : undefined
    case 'pop':
      return equal(items.slice(-1), result) ? items.slice(0, -1) : undefined
    case 'read':
      return equal(request.limit === undefined ? items : items.slice(-request.limit), result) ? items : undefined
  }
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}

function describe({ client, request, result, start, end }: Call): string {
  const given = 'items' in request ? ` ${request.items.join(' ')}` : ''
  const limit = 'limit' in request ? ` ${request.limit}` : ''
  const answers = request.type !== 'append' && request.type !== 'replace'
  const answer = answers ? ` -> [${result.join(' ')}]` : ''
  return `  ${start}-${end} client ${client}: ${request.type}${given}${limit}${answer}`
}
