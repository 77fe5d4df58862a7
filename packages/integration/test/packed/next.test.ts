import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { all } from './matrix.ts'
import { everything } from './quick-starts.ts'
import { useServers } from './servers.ts'
import { Stranger } from './stranger.ts'

const route = `
  import { EncryptedStore } from '@sessions/encrypted'
  import { RedisStore } from '@sessions/redis'
  import { SQLStore } from '@sessions/sql'
  import { SQLiteStore } from '@sessions/sqlite'

  export const dynamic = 'force-dynamic'
  export async function GET() {
    const encryptionKey = crypto.getRandomValues(new Uint8Array(32))
    const stores = {
      redis: new RedisStore({ url: process.env.REDIS_URL }),
      sql: new SQLStore({ url: process.env.DATABASE_URL, createTables: true }),
      sqlite: new EncryptedStore({ store: new SQLiteStore(), encryptionKey }),
    }
    const lines = []
    for (const [name, store] of Object.entries(stores)) {
      const session = store.session('a')
      await session.addItems([{ role: 'user', content: 'Hello' }])
      lines.push(name + ' ' + (await session.getItems())[0].content)
      await store.close()
    }
    return new Response(lines.join('\\n'))
  }`

/** Starts what was built, which has its own part of `node_modules`, and asks it once. */
const request = `
  import { once } from 'node:events'
  import { createServer } from 'node:net'
  import { setTimeout } from 'node:timers/promises'

  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  await once(probe.close(), 'close')
  Object.assign(process.env, { PORT: String(port), HOSTNAME: '127.0.0.1' })
  await import('./.next/standalone/server.js')
  const ask = () => fetch('http://127.0.0.1:' + port + '/chat').catch((error) => {
    if (error.cause?.code !== 'ECONNREFUSED') throw error
  })
  let answer = await ask()
  while (answer === undefined) {
    await setTimeout(50)
    answer = await ask()
  }
  console.log('answer', await answer.text())
  process.exit()`

const newDatabase = all ? await useServers() : undefined

describe.skipIf(newDatabase === undefined)('Next 16, with no setting for these packages', () => {
  const stranger = new Stranger()
  afterAll(() => stranger[Symbol.dispose]())
  beforeAll(async () => {
    stranger.write('package.json', JSON.stringify({ name: 'stranger', private: true }))
    stranger.write('app/layout.js', 'export default ({ children }) => <html><body>{children}</body></html>')
    stranger.write('app/chat/route.js', route)
    const config = "{ output: 'standalone', outputFileTracingRoot: import.meta.dirname }"
    stranger.write('next.config.mjs', `export default ${config}`)
    stranger.write('request.mjs', request)
    await stranger.npmInstall(...everything, 'next@16', 'react@19', 'react-dom@19')
  })

  it.each([
    { title: 'Turbopack', parameters: [] },
    { title: 'webpack', parameters: ['--webpack'] },
  ])('builds and runs with $title', async ({ parameters }) => {
    await stranger.run('node_modules/.bin/next', ['build', ...parameters], { NEXT_TELEMETRY_DISABLED: '1' })
    const env = { DATABASE_URL: await newDatabase?.('postgres'), REDIS_URL: await newDatabase?.('redis') }
    const output = await stranger.run(process.execPath, ['request.mjs'], env)
    expect(output).toContain('answer redis Hello\nsql Hello\nsqlite Hello\n')
  })
})
