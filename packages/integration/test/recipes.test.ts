import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { SQLStore } from '@sessions/sql'
import { SQLiteStore } from '@sessions/sqlite'
import { startPostgres, startProxy, startRedis } from '@sessions/test-servers'
import { describe, expect, it } from 'vitest'
import { textOf } from '../../../examples/offline-model.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { temporaryFile } from './temporary-file.ts'

const recipes = '../../../examples/recipes'
const ada = { message: 'My name is Ada.' }
const who = { message: 'Who am I?' }
const remembered = 'You said: My name is Ada. Who am I?'

/** Stops it, and says whether it closed what it had opened: SQLite removes the log of a database with its last connection. */
async function stopped(server: ServerProcess, DATABASE: string): Promise<{ code: number | null; closed: boolean }> {
  const code = await server.stop()
  return { code, closed: existsSync(DATABASE) && !existsSync(`${DATABASE}-wal`) }
}

/** Each answer stands after its question, and was given in knowledge of all that was said before. */
function expectInKnowledge(history: readonly string[], messages: readonly string[]): void {
  const asked = history.filter((_, index) => index % 2 === 0)
  expect(asked.toSorted()).toEqual(messages.toSorted())
  const answers = asked.map((_, index) => `You said: ${asked.slice(0, index + 1).join(' ')}`)
  expect(history.filter((_, index) => index % 2 === 1)).toEqual(answers)
}

async function historyOf(DATABASE: string, sessionId: string): Promise<string[]> {
  await using store = new SQLiteStore({ path: DATABASE })
  return (await store.session(sessionId).getItems()).map(textOf)
}

describe('the Express recipe', () => {
  it('remembers over requests, streams, survives a restart, and ends in order', async () => {
    const DATABASE = temporaryFile('express.db')
    const first = await startServer(`${recipes}/express.ts`, { DATABASE })
    expect(await (await first.request('/chat/ada', ada)).json()).toEqual({ answer: 'You said: My name is Ada.' })
    expect(await stopped(first, DATABASE)).toEqual({ code: 0, closed: true })

    await using second = await startServer(`${recipes}/express.ts`, { DATABASE })
    const streamed = await second.request('/chat/ada/stream', who)
    expect(streamed.headers.get('content-type')).toContain('text/plain')
    expect(await streamed.text()).toBe(remembered)
    // The body ended after the turn was stored.
    expect(await (await second.request('/chat/ada')).json()).toHaveLength(4)
  })

  it('answers one message at a time, refuses the others in any process, and stores the turns whole and in order', async () => {
    const DATABASE = temporaryFile('express.db')
    await using one = await startServer(`${recipes}/express.ts`, { DATABASE })
    await using other = await startServer(`${recipes}/express.ts`, { DATABASE })
    const messages = Array.from({ length: 20 }, (_, index) => `Message ${index}.`)
    let refused = 0
    await Promise.all(
      messages.map(async (message, index) => {
        const path = index % 3 === 0 ? '/chat/busy/stream' : '/chat/busy'
        const server = index % 2 === 0 ? one : other
        for (;;) {
          const response = await server.request(path, { message })
          const answer = await response.text()
          if (response.status === 200) return
          expect([response.status, answer]).toEqual([409, '{"error":"SESSION_IN_USE"}'])
          refused++
          await sleep(20) // as a client that asks its user to wait
        }
      }),
    )
    expect(refused).toBeGreaterThan(0)
    expectInKnowledge(await historyOf(DATABASE, 'busy'), messages)
  })

  it('says what was wrong, and nothing more', async () => {
    await using server = await startServer(`${recipes}/express.ts`, { DATABASE: temporaryFile('express.db') })
    const refused = await server.request('/chat/ada', { text: 'no message' })
    expect([refused.status, await refused.json()]).toEqual([400, { error: 'Bad request' }])
    await using broken = await startServer(`${recipes}/express.ts`, { DATABASE: '/no/such/folder/express.db' })
    const failed = await broken.request('/chat/ada', ada)
    expect([failed.status, await failed.json()]).toEqual([503, { error: 'SESSION_UNAVAILABLE' }])
    expect(failed.headers.get('retry-after')).toBe('1')
  })
})

describe('the Next.js recipe', () => {
  it('streams answers from a handler that remembers', async () => {
    const DATABASE = temporaryFile('next.db')
    await using server = await startServer('./programs/serve-route.ts', { DATABASE })
    expect(await (await server.request('/api/chat/ada', ada)).text()).toBe('You said: My name is Ada.')
    const response = await server.request('/api/chat/ada', who)
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(await response.text()).toBe(remembered)
    expect((await server.request('/api/chat/ada', 'no message')).status).toBe(400)
    expect(await historyOf(DATABASE, 'ada')).toHaveLength(4)
  })

  it('lets messages that are sent at once wait for one another', async () => {
    const DATABASE = temporaryFile('next.db')
    await using one = await startServer('./programs/serve-route.ts', { DATABASE })
    await using other = await startServer('./programs/serve-route.ts', { DATABASE })
    const messages = Array.from({ length: 6 }, (_, index) => `Message ${index}.`)
    const answers = await Promise.all(
      messages.map(async (message, index) => {
        const response = await (index % 2 === 0 ? one : other).request('/api/chat/busy', { message })
        return await response.text()
      }),
    )
    const history = await historyOf(DATABASE, 'busy')
    expectInKnowledge(history, messages)
    expect(history).toEqual(expect.arrayContaining(answers))
  })
})

describe.each(['postgres', 'redis'])('the serverless recipe on %s', (name) => {
  it('uses one connection over many calls, and loses and doubles nothing where it is cut while the instance is frozen', async () => {
    await using server = name === 'postgres' ? await startPostgres() : await startRedis({ own: true })
    const url = 'createDatabase' in server ? await server.createDatabase() : server.url
    if (name === 'postgres') await makeTables(url)
    const { hostname, port } = new URL(url)
    await using proxy = await startProxy({ host: hostname, port: Number(port) })
    await using instance = await startServer(`${recipes}/serverless.ts`, { STORE_URL: proxy.url(url) })
    const said: string[] = []
    const call = async (): Promise<void> => {
      said.push(`Call ${said.length}.`)
      const response = await instance.request('/ada', { message: said.at(-1) })
      expect([response.status, await response.json()]).toEqual([200, { answer: `You said: ${said.join(' ')}` }])
    }
    for (let index = 0; index < 5; index++) await call()
    expect(proxy.connections).toBe(1)
    proxy.cutAll()
    await call()
    // The answer to the write of a turn is lost: nobody but the server knows that it was done.
    const cut = proxy.cutAnswer((sent) => sent.includes('Call 6.'))
    await call()
    await cut
    await call()
    expect((await instance.request('/ada', { text: 'no message' })).status).toBe(400)
    expect((await instance.request('/ada', undefined, { method: 'POST', body: 'no JSON' })).status).toBe(500)
    await call()
    expect(await instance.stop()).toBe(0)
  })
})

async function makeTables(url: string): Promise<void> {
  await using store = new SQLStore({ url, createTables: true })
  await store.getSessionInfo('any')
}

describe('the multi-tenant recipe', () => {
  const as = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } })

  it('keeps the conversations of tenants apart by id, by key and in lists', async () => {
    const DATABASE = temporaryFile('tenants.db')
    const environment = { DATABASE, TENANTS: 'a=acme,b=globex,c=acme/1', MASTER_KEY: 'x'.repeat(32) }
    const server = await startServer(`${recipes}/multi-tenant.ts`, environment)
    const chat = async (token: string, id: string, message: string): Promise<unknown> =>
      (await server.request(`/chat/${id}`, { message }, as(token))).json()
    const listed = async (token: string): Promise<string[]> =>
      ((await (await server.request('/chat', undefined, as(token))).json()) as { id: string }[]).map(({ id }) => id)

    expect(await chat('a', '1', 'Acme’s secret.')).toEqual({ answer: 'You said: Acme’s secret.' })
    expect(await chat('b', '1', 'Hello.')).toEqual({ answer: 'You said: Hello.' })
    // Neither a path nor a name reaches into another tenant.
    expect(await chat('b', encodeURIComponent('../acme/1'), 'Hello.')).toEqual({ answer: 'You said: Hello.' })
    expect(await chat('c', '1', 'Hello.')).toEqual({ answer: 'You said: Hello.' })
    expect(await listed('a')).toEqual(['1'])
    expect((await listed('b')).toSorted()).toEqual(['../acme/1', '1'])
    expect((await server.request('/chat', undefined, as('nobody'))).status).toBe(401)

    const leaving = await server.request('/chat', undefined, { method: 'DELETE', ...as('b') })
    expect(await leaving.json()).toEqual({ deleted: 2 })
    expect([await listed('a'), await listed('b')]).toEqual([['1'], []])

    // Another process with the same keys goes on; the database has nothing in the clear.
    expect(await stopped(server, DATABASE)).toEqual({ code: 0, closed: true })
    await using database = new SQLiteStore({ path: DATABASE })
    const records = await database.records.read('acme/1')
    expect(records).toHaveLength(2)
    expect(records.join()).not.toContain('secret')
    await using next = await startServer(`${recipes}/multi-tenant.ts`, environment)
    const answer = await next.request('/chat/1', { message: 'And?' }, as('a'))
    expect(await answer.json()).toEqual({ answer: 'You said: Acme’s secret. And?' })
  })
})

describe('the approval recipe', () => {
  it('goes on in another process with what one of many who decide at once has decided, exactly once', async () => {
    const DATABASE = temporaryFile('approvals.db')
    const asking = await startServer(`${recipes}/approval.ts`, { DATABASE })
    const calls = ['refund {"amount":40}']
    const refund = { message: 'Please refund 40.' }
    expect(await (await asking.request('/chat/ada', refund)).json()).toEqual({ waiting: calls })
    expect((await asking.request('/chat/ada', { message: 'Well?' })).status).toBe(409)
    expect(await asking.stop()).toBe(0)

    await using one = await startServer(`${recipes}/approval.ts`, { DATABASE })
    await using other = await startServer(`${recipes}/approval.ts`, { DATABASE })
    expect(await (await one.request('/approvals')).json()).toEqual([{ id: 'ada', calls }])
    const decisions = await Promise.all(
      [one, other, one, other].map((server) => server.request('/approvals/ada', { approve: true })),
    )
    expect(decisions.map(({ status }) => status).toSorted()).toEqual([200, 404, 404, 404])
    const answers = (await Promise.all(decisions.map((response) => response.json()))) as { answer?: string }[]
    const paid = answers.flatMap(({ answer = '' }) => /^Done: process (\d+) has paid 40 back$/.exec(answer)?.[1] ?? [])
    expect(paid).toHaveLength(1)
    expect([one.pid, other.pid]).toContain(Number(paid[0]))
    expect(await (await one.request('/approvals')).json()).toEqual([])
    const history = await historyOf(DATABASE, 'ada')
    expect(history).toEqual([
      'Please refund 40.',
      '{"amount":40}',
      `process ${paid[0]} has paid 40 back`,
      expect.any(String),
    ])
  })

  it('tells the model of a refusal, and pays nothing', async () => {
    await using server = await startServer(`${recipes}/approval.ts`, { DATABASE: temporaryFile('approvals.db') })
    await server.request('/chat/ada', { message: 'Please refund 40.' })
    const answer = (await (await server.request('/approvals/ada', { approve: false })).json()) as { answer: string }
    expect(answer.answer).toMatch(/^Done: .*not approved/)
    expect((await server.request('/approvals/ada', { approve: true })).status).toBe(404)
  })
})
