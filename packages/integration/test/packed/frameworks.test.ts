import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { all } from './matrix.ts'
import { root, Stranger } from './stranger.ts'

/** A recipe that is a package of its own, since what it needs is large. */
function useRecipe(name: string): Stranger {
  const stranger = new Stranger()
  beforeAll(async () => {
    const from = join(root, 'examples/recipes', name)
    cpSync(from, stranger.home, { recursive: true, filter: (file) => !file.includes('node_modules') })
    await stranger.npmInstall()
  })
  afterAll(() => stranger[Symbol.dispose]())
  return stranger
}

/**
 * What Mastra may ask of its memory, asked of ours and of the one that comes with it; says what each answered. The times of threads are those
 * of the store.
 */
const likeTheirs = `
  import { inspect } from 'node:util'
  import { InMemoryStore } from '@mastra/core/storage'
  import { SQLiteStore } from '@sessions/sqlite'
  import { SessionMemory } from './session-memory.ts'
  const at = (second) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
  const message = (id, threadId, resourceId, second, kind = 'a') => ({
    id, threadId, resourceId, role: 'user', type: 'text', createdAt: at(second),
    content: { format: 2, parts: [{ type: 'text', text: id }], metadata: { kind } },
  })
  const ids = ({ messages, ...page }) => [messages.map(({ id }) => id).join(), page]
  const plain = (thread) => thread && { ...thread, createdAt: 0, updatedAt: 0 }
  async function walk(memory) {
    const told = []
    const names = [['t1', 'ada'], ['t2', 'ada'], ['t3', 'bob']]
    for (const [id, resourceId] of names) {
      const metadata = { kind: id }
      await memory.saveThread({ thread: { id, resourceId, title: id, metadata, createdAt: at(0), updatedAt: at(0) } })
    }
    told.push(plain(await memory.getThreadById({ threadId: 't1' })), await memory.getThreadById({ threadId: 'none' }))
    told.push(await memory.getThreadById({ threadId: 't1', resourceId: 'bob' }))
    told.push(plain(await memory.updateThread({ id: 't1', metadata: { color: 'red' } })))
    told.push(plain(await memory.updateThread({ id: 't1', title: 'First' })))
    told.push(await memory.updateThread({ id: 'none', title: 'x' }).then(() => 'updated', () => 'refused'))
    for (const filter of [{}, { resourceId: 'ada' }, { metadata: { kind: 't2' } }, { resourceId: 'bob', metadata: { kind: 't2' } }]) {
      const { threads, ...page } = await memory.listThreads({ filter })
      told.push(threads.map(({ id }) => id).sort(), page)
    }
    const { threads, ...page } = await memory.listThreads({ perPage: 2, page: 1 })
    told.push(threads.length, page)
    await memory.saveMessages({ messages: [1, 2, 3, 4, 5].map((n) => message('m' + n, 't1', 'ada', n, n % 2 ? 'odd' : 'even')) })
    await memory.saveMessages({ messages: [message('n1', 't2', 'ada', 2), message('n2', 't2', 'ada', 6)] })
    await memory.saveMessages({ messages: [{ ...message('m2', 't1', 'ada', 2, 'even'), role: 'assistant' }] })
    const asked = [
      {}, { perPage: 2 }, { perPage: 2, page: 1 }, { perPage: 2, page: 2 }, { perPage: false },
      { perPage: 2, orderBy: { field: 'createdAt', direction: 'DESC' } }, { resourceId: 'bob' }, { threadId: ['t1', 't2'] },
      { filter: { metadata: { kind: 'odd' } } }, { filter: { dateRange: { start: at(2), end: at(4) } } },
      { filter: { dateRange: { start: at(2), end: at(4), startExclusive: true, endExclusive: true } } },
      { perPage: 0, include: [{ id: 'm3', withPreviousMessages: 1, withNextMessages: 1 }] },
    ]
    for (const one of asked) told.push(ids(await memory.listMessages({ threadId: 't1', ...one })))
    told.push((await memory.listMessages({ threadId: 't1' })).messages)
    told.push((await memory.listMessagesById({ messageIds: ['m5', 'n1', 'none'] })).messages.map(({ id }) => id).sort())
    const changed = await memory.updateMessages({ messages: [{ id: 'm4', content: { metadata: { seen: true } } }] })
    told.push(changed.map(({ id, content }) => [id, content]))
    await memory.deleteMessages(['m1', 'n2'])
    told.push(ids(await memory.listMessages({ threadId: ['t1', 't2'] })))
    await memory.deleteThread({ threadId: 't1' })
    told.push(await memory.getThreadById({ threadId: 't1' }), ids(await memory.listMessages({ threadId: 't1' })))
    return inspect(told, { sorted: true, depth: 9 })
  }
  console.log(await walk(new SessionMemory(new SQLiteStore())))
  console.log('---')
  console.log(await walk(await new InMemoryStore().getStore('memory')))`

const togetherInOneThread = `
  import { SQLiteStore } from '@sessions/sqlite'
  import { SessionMemory } from './session-memory.ts'
  const memories = ['a', 'b', 'c'].map(() => new SessionMemory(new SQLiteStore({ path: 'together.db' })))
  const message = (id) => ({ id, threadId: 't', role: 'user', createdAt: new Date(), content: { format: 2, parts: [] } })
  await Promise.all(Array.from({ length: 30 }, (_, n) => memories[n % 3].saveMessages({ messages: [message('m' + n), message('n' + n)] })))
  const { messages } = await memories[0].listMessages({ threadId: 't', perPage: false })
  console.log(messages.length, new Set(messages.map(({ id }) => id)).size)`

describe.skipIf(!all)('the recipe for Mastra', () => {
  const stranger = useRecipe('mastra')

  it('has types that fit Mastra’s', async () => {
    await stranger.run('npm', ['run', '--silent', 'types'])
    console.log(['@mastra/core', '@mastra/memory'].map((name) => `${name} ${stranger.installed(name)}`).join(', '))
  })

  it('remembers in another process', async () => {
    const say = (...messages: string[]): Promise<string> => stranger.run(process.execPath, ['agent.ts', ...messages])
    expect(await say('My name is Ada.')).toBe('You said: My name is Ada.\n')
    expect(await say('Who am I?', 'And now?')).toBe(
      'You said: My name is Ada. Who am I?\nYou said: My name is Ada. Who am I? And now?\n',
    )
  })

  it('answers what Mastra’s own memory answers', async () => {
    stranger.write('like-theirs.mjs', likeTheirs)
    const [ours, theirs] = (await stranger.run(process.execPath, ['like-theirs.mjs'])).split('---\n')
    expect(theirs?.length).toBeGreaterThan(1000)
    expect(ours).toBe(theirs)
  })

  it('loses no message of several that write one thread', async () => {
    stranger.write('together.mjs', togetherInOneThread)
    expect(await stranger.run(process.execPath, ['together.mjs'])).toBe('60 60\n')
  })
})

/** Starts the server, speaks to it, holds a conversation as another process would, and ends it as a platform does. */
const driveNest = `
  import { spawn } from 'node:child_process'
  import { once } from 'node:events'
  import { existsSync } from 'node:fs'
  import { createInterface } from 'node:readline'
  import { SQLiteStore } from '@sessions/sqlite'

  const env = { ...process.env, PORT: '0', DATABASE: 'nest.db' }
  const server = spawn(process.execPath, ['dist/main.js'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(server, 'exit')
  const [line] = await once(createInterface(server.stdout), 'line')
  const url = line.replace('Listening on ', '') + '/chat/ada'
  const headers = { 'content-type': 'application/json' }
  const ask = async (body) => {
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    console.log(response.status, await response.text())
  }
  await ask({ message: 'My name is Ada.' })
  const store = new SQLiteStore({ path: 'nest.db' })
  const held = await store.session('ada').acquire()
  await ask({ message: 'Are you there?' })
  await held.release()
  await store.close()
  await ask({ message: 'Who am I?' })
  await ask({ text: 'no message' })
  console.log((await (await fetch(url)).json()).length)
  server.kill('SIGTERM')
  console.log((await exit)[0], existsSync('nest.db'), existsSync('nest.db-wal'))`

describe.skipIf(!all)('the recipe for NestJS', () => {
  const stranger = useRecipe('nest')

  it('remembers, refuses while a run is under way, and closes what it opened', async () => {
    await stranger.run('npm', ['run', '--silent', 'build'])
    console.log(`@nestjs/core ${stranger.installed('@nestjs/core')}`)
    stranger.write('drive.mjs', driveNest)
    expect((await stranger.run(process.execPath, ['drive.mjs'])).split('\n')).toEqual([
      '201 {"answer":"You said: My name is Ada."}',
      '409 {"error":"SESSION_IN_USE"}',
      '201 {"answer":"You said: My name is Ada. Who am I?"}',
      '400 {"message":"Bad Request","statusCode":400}',
      '4',
      '0 true false',
      '',
    ])
  })
})
