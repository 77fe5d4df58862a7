import type { Contender, Item } from '../contender.ts'

/** What somebody would write on node-redis: a list, and a hash with the time, in one pipeline. */
export const contender: Contender = {
  name: 'by hand',
  backend: 'redis',
  packages: ['redis'],
  lacks: ['expiry'],
  note: 'RPUSH and HSET in one pipeline. Nothing holds the two together, and it creates a session anew that has expired.',
  async open(url) {
    const { createClient } = await import('redis')
    const client = createClient({ url })
    await client.connect()
    const append = (sessionId: string, items: readonly Item[]): Promise<unknown> =>
      // Commands of one turn of the event loop go out together.
      Promise.all([
        client.rPush(
          `hand:${sessionId}:messages`,
          items.map((item) => JSON.stringify(item)),
        ),
        client.hSet(`hand:${sessionId}`, 'updated_at', Date.now()),
      ])
    const range = async (sessionId: string, from: number): Promise<Item[]> =>
      (await client.lRange(`hand:${sessionId}:messages`, from, -1)).map((record) => JSON.parse(record))
    return {
      append,
      appendEach: (sessionIds, item) => Promise.all(sessionIds.map((sessionId) => append(sessionId, [item]))),
      all: (sessionId) => range(sessionId, 0),
      last: (sessionId, count) => range(sessionId, -count),
      pop: async (sessionId) => {
        const [record] = await Promise.all([
          client.rPop(`hand:${sessionId}:messages`),
          client.hSet(`hand:${sessionId}`, 'updated_at', Date.now()),
        ])
        return record === null ? undefined : JSON.parse(record)
      },
      close: () => client.close(),
    }
  },
}
