import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { all, supportedSDKs, testedVersion } from './matrix.ts'
import { everything } from './quick-starts.ts'
import { useServers } from './servers.ts'
import { Stranger } from './stranger.ts'

/** Each set of tools as its own documentation begins, in a package as `npm init` writes it, and not one setting for ours. */
const setups = [
  {
    title: 'jest 30 with @swc/jest',
    install: ['jest@30.5.2', '@swc/core@1', '@swc/jest@0.2'],
    jest: { transform: { '^.+\\.ts$': '@swc/jest' } },
  },
  {
    title: 'jest 30 with ts-jest, which checks the types too',
    install: ['jest@30.5.2', 'ts-jest@29', 'typescript@5.9', '@types/jest@30', '@types/node@24'],
    jest: { preset: 'ts-jest' },
  },
]

const program = `
  import { MemorySession as SDKSession } from '@openai/agents'
  import { MemoryStore, SessionError, type Session } from '@sessions/core'
  import { keepLastItems } from '@sessions/core/history'
  import { FaultyStore } from '@sessions/core/testing'
  import { addUsage } from '@sessions/core/usage'
  import { EncryptedSession, EncryptedStore } from '@sessions/encrypted'
  import { RedisSession } from '@sessions/redis'
  import { SQLSession } from '@sessions/sql'
  import { SQLiteSession } from '@sessions/sqlite'

  const encryptionKey = crypto.getRandomValues(new Uint8Array(32))
  const sqlite = new SQLiteSession({ sessionId: 'a' })
  const sessions: Record<string, Session> = {
    core: new MemoryStore().session('a'),
    testing: new FaultyStore(new MemoryStore()).session('a'),
    encrypted: new EncryptedStore({ store: new MemoryStore(), encryptionKey }).session('a'),
    'the SDK’s, encrypted': new EncryptedSession({ underlyingSession: new SDKSession(), encryptionKey }),
    redis: new RedisSession({ sessionId: 'a', url: process.env['REDIS_URL']! }),
    sql: new SQLSession({ sessionId: 'a', url: process.env['DATABASE_URL']!, createTables: true }),
    sqlite,
  }
  afterAll(() => Promise.all(Object.values(sessions).map((session) => session.close())))

  test.each(Object.keys(sessions))('%s', async (name) => {
    await sessions[name]!.addItems([{ role: 'user', content: 'Hello' }])
    expect(await sessions[name]!.getItems()).toEqual([{ role: 'user', content: 'Hello' }])
  })
  test('entries', () => {
    expect([keepLastItems(1), addUsage]).toEqual([expect.any(Function), expect.any(Function)])
  })
  test('errors', async () => {
    const cyclic: Record<string, unknown> = { role: 'user' }
    cyclic['content'] = cyclic
    await expect(sqlite.addItems([cyclic as never])).rejects.toBeInstanceOf(SessionError)
  })`

const newDatabase = all ? await useServers() : undefined

describe.skipIf(newDatabase === undefined).each(setups)('$title', ({ install, jest }) => {
  const stranger = new Stranger()
  afterAll(() => stranger[Symbol.dispose]())
  beforeAll(async () => {
    stranger.write('package.json', JSON.stringify({ name: 'stranger', type: 'commonjs', jest }))
    const sdk = [`@openai/agents@${supportedSDKs.newest}`, `zod@${testedVersion('zod')}`]
    await stranger.npmInstall(...everything, ...sdk, ...install)
  })

  it('runs tests of all packages', async () => {
    stranger.write('sessions.test.ts', program)
    const env = { DATABASE_URL: await newDatabase?.('postgres'), REDIS_URL: await newDatabase?.('redis') }
    const verdict = await stranger.run(
      process.execPath,
      ['node_modules/.bin/jest', '--json', '--testTimeout=60000'],
      env,
    )
    expect(JSON.parse(verdict)).toMatchObject({ numPassedTests: 9, numTotalTests: 9, openHandles: [] })
  })
})
