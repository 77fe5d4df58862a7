const queues = new WeakMap<object, Map<string, Promise<unknown>>>()

/**
 * Runs reads that lead to a write one after another, for each session of a store in this process. Correctness does not
 * need it, since the write says what it expects; it spares the attempts that would fail.
 */
export async function inTurn<T>(store: object, sessionId: string, work: () => Promise<T>): Promise<T> {
  const queue = queues.get(store) ?? new Map<string, Promise<unknown>>()
  queues.set(store, queue)
  const before = queue.get(sessionId)
  const mine = before === undefined ? work() : before.then(work, work)
  queue.set(sessionId, mine)
  try {
    return await mine
  } finally {
    if (queue.get(sessionId) === mine) queue.delete(sessionId)
  }
}
