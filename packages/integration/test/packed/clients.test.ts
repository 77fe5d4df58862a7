import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { all, redisClients } from './matrix.ts'
import { useServers } from './servers.ts'
import { Stranger } from './stranger.ts'

const newDatabase = all ? await useServers() : undefined

/** What a chat does: it adds, takes back, holds, pages and lists; and the client is still the caller's afterwards. */
const program = `
  import { RedisStore } from '@sessions/redis'
  const [name, kind] = process.argv.slice(2)
  const library = await import(name)
  const url = process.env.REDIS_URL
  const client = kind === 'redis' ? library.createClient({ url }) : new (library.Redis ?? library.default)(url)
  client.on('error', (error) => console.error(error))
  if (kind === 'redis') await client.connect()
  const store = new RedisStore({ client, keyPrefix: name })
  const session = store.session('a')
  await session.addItems(['one', 'two', 'three'].map((content) => ({ role: 'user', content })))
  await session.popItem()
  await session.exclusive(({ session }) => session.addItems([{ role: 'assistant', content: 'four' }]))
  const { entries } = await session.page({ limit: 2 })
  const infos = await Array.fromAsync(store.listSessions())
  console.log(entries.map(({ item }) => item.content).join(), infos.map(({ itemCount }) => itemCount).join())
  await store.deleteSession('a')
  await store.close()
  console.log(await client.ping())
  await client.quit()`

describe.skipIf(newDatabase === undefined)('@sessions/redis on a client of somebody’s', () => {
  const stranger = new Stranger()
  const aliases = redisClients.map((spec) => ({ spec, alias: spec.replace(/@/, '-'), kind: spec.replace(/@.*/, '') }))
  beforeAll(async () => {
    await stranger.npmInstall('@sessions/redis', ...aliases.map(({ spec, alias }) => `${alias}@npm:${spec}`))
    console.log(aliases.map(({ alias, kind }) => `${kind} ${stranger.installed(alias)}`).join(', '))
    stranger.write('client.mjs', program)
  })
  afterAll(() => stranger[Symbol.dispose]())

  it.each(aliases)('works with $spec', async ({ alias, kind }) => {
    const env = { REDIS_URL: await newDatabase?.('redis') }
    expect(await stranger.run(process.execPath, ['client.mjs', alias, kind], env)).toBe('two,four 3\nPONG\n')
  })
})
