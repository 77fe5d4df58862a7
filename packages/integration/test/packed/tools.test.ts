import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { all } from './matrix.ts'
import { everything, hello } from './quick-starts.ts'
import { useServers } from './servers.ts'
import { Stranger } from './stranger.ts'

/** TypeScript for tools that load it by `import`, and for those that make `require` of it. */
const program = `
  import { MemoryStore, SessionError, type Session } from '@sessions/core'
  import { keepLastItems } from '@sessions/core/history'
  import { EncryptedStore } from '@sessions/encrypted'
  import { RedisSession } from '@sessions/redis'
  import { SQLSession } from '@sessions/sql'
  import { SQLiteSession } from '@sessions/sqlite'

  const encryptionKey: string = 'correct horse battery staple'
  export const sessions: Record<string, Session> = {
    encrypted: new EncryptedStore({ store: new MemoryStore(), encryptionKey }).session('a'),
    redis: new RedisSession({ sessionId: 'a', url: process.env['REDIS_URL']! }),
    sql: new SQLSession({ sessionId: 'a', url: process.env['DATABASE_URL']!, createTables: true }),
    sqlite: new SQLiteSession({ sessionId: 'a' }),
  }
  export async function hello(session: Session): Promise<unknown> {
    await session.addItems([{ role: 'user', content: 'Hello' }])
    const wrong: unknown = await session.addItems([{ role: 'user', content: 1n } as never]).catch((error) => error)
    if (!(wrong instanceof SessionError) || typeof keepLastItems(1) !== 'function') throw wrong
    const items = await session.getItems()
    await session.close()
    return items
  }`
const main = `
  import { hello, sessions } from './sessions'
  async function main(): Promise<void> {
    for (const session of Object.values(sessions)) console.log(await hello(session))
  }
  void main()`
const suite = `
  import { expect, test } from 'vitest'
  import { hello, sessions } from './sessions'
  test.each(Object.keys(sessions))('%s', async (name) => {
    expect(await hello(sessions[name]!)).toEqual([{ role: 'user', content: 'Hello' }])
  })`

const newDatabase = all ? await useServers() : undefined

describe.skipIf(newDatabase === undefined)('a program in TypeScript', () => {
  const stranger = new Stranger()
  afterAll(() => stranger[Symbol.dispose]())
  beforeAll(async () => {
    const tools = ['vitest', 'tsx', 'ts-node@10', 'typescript@5.9']
    await stranger.npmInstall(...everything, ...tools, '@types/node@24')
    stranger.write('sessions.ts', program)
    stranger.write('main.ts', main)
    stranger.write('sessions.test.ts', suite)
    const names = tools.map((tool) => tool.replace(/@.*/, ''))
    console.log(names.map((name) => `${name} ${stranger.installed(name)}`).join(', '))
  })
  const run = async (type: string, command: string, ...parameters: string[]): Promise<string> => {
    stranger.write('package.json', JSON.stringify({ name: 'stranger', private: true, type }))
    const urls = { DATABASE_URL: await newDatabase?.('postgres'), REDIS_URL: await newDatabase?.('redis') }
    const env = { ...urls, NO_COLOR: '1' }
    return stranger.run(`node_modules/.bin/${command}`, parameters, env)
  }

  it.each(['module', 'commonjs'])('runs with tsx, as %s', async (type) => {
    expect(await run(type, 'tsx', 'main.ts')).toBe(hello.repeat(4))
  })

  it('runs with ts-node, which checks its types', async () => {
    const options = { module: 'node16', moduleResolution: 'node16', target: 'es2022', strict: true, types: ['node'] }
    stranger.write('tsconfig.json', JSON.stringify({ compilerOptions: { ...options, skipLibCheck: true } }))
    expect(await run('commonjs', 'ts-node', 'main.ts')).toBe(hello.repeat(4))
  })

  it('is tested with vitest', async () => {
    expect(await run('module', 'vitest', 'run')).toMatch(/Tests {2}4 passed \(4\)/)
  })
})
