import { RedisStore } from '@sessions/redis'
import { longestTurnMs, startRedis } from '@sessions/test-servers'
import { afterAll, expect, it } from 'vitest'

const server = await startRedis()
const store = new RedisStore({ url: server.url, keyPrefix: 'event-loop' })
afterAll(async () => {
  await store.close()
  await server.stop()
})

const append = (id: string): Promise<void> => store.session(id).addItems([{ role: 'user', content: 'one more item' }])

it('lets timers run while a thousand sessions append at once, and in a thousand appends, one after the other', async () => {
  const burst = (): Promise<unknown> => Promise.all(Array.from({ length: 1_000 }, (_, id) => append(`s${id}`)))
  const oneByOne = async (): Promise<void> => {
    for (let count = 0; count < 1_000; count++) await append('a')
  }
  await burst()
  // 50 ms are promised; this leaves something for a collection of garbage and a slow machine.
  for (const work of [burst, oneByOne]) expect(await longestTurnMs(work)).toBeLessThan(100)
})
