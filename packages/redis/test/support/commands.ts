import type { RedisClientType } from 'redis'

/** How many commands the server ran meanwhile, those in scripts counted. */
export async function commands(client: RedisClientType, work: () => Promise<unknown>): Promise<number> {
  const count = async (): Promise<number> => {
    const stats = await client.info('commandstats')
    const calls = [...stats.matchAll(/cmdstat_(?!info)\S*?:calls=(\d+)/g)].map(([, each]) => Number(each))
    return calls.reduce((sum, each) => sum + each, 0)
  }
  const before = await count()
  await work()
  return (await count()) - before
}
