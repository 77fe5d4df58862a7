import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EncryptedStore } from '@sessions/encrypted'
import type { SQLiteStore } from '@sessions/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, sessions } from '../../cli/test/support/sessions.ts'
import type { About, EntriesPage, SessionsPage } from '../src/shared/api.ts'
import { get, post } from './support/ask.ts'
import { Running } from './support/bin.ts'
import { shell } from './support/shell.ts'
import { Folder, filledStore } from './support/studio.ts'

const [key, otherKey] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
const folder = new Folder()
const file = folder.file('a.db')
const sealedFile = folder.file('sealed.db')
beforeAll(async () => {
  const fill = async (store: Pick<SQLiteStore, 'session'>): Promise<void> => {
    await store.session('s').addItems([{ role: 'user', content: 'a secret' }])
  }
  await (await filledStore(file, fill)).close()
  const store = await filledStore(sealedFile, async (bare) => {
    await fill(new EncryptedStore({ store: bare, keys: [{ id: 'default', key }] }))
  })
  await store.close()
})
afterAll(() => folder[Symbol.dispose]())

/** `sessions studio`, where it ends by itself. */
async function failed(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const ended = await sessions(['studio', ...args], { env })
  expect(ended.stdout).toBe('')
  return ended
}

describe('what it is given is not understood: one line says so, and an exit code;', () => {
  it('a store', async () => {
    const wrong: [string[], number, RegExp][] = [
      [[], 2, /Say which store/],
      [['nothing:x'], 2, /A store is sqlite:FILE/],
      [['sqlite:'], 2, /needs a file/],
      [[`sqlite:${folder.file('none.db')}`], 3, /There is no file/],
      [[`sqlite:${folder.path}`], 5, /cannot be opened/],
      [['module:./none.mjs'], 2, /There is no module/],
      [['redis://127.0.0.1:1', '--timeout', '1000'], 4, /SESSION_UNAVAILABLE/],
      [['postgres://me:hunter2@127.0.0.1:1/x'], 2, /SESSIONS_PASSWORD/],
    ]
    for (const [args, code, message] of wrong) {
      const ended = await failed(args)
      expect([args, ended.code, ended.stderr]).toEqual([args, code, expect.stringMatching(message)])
      expect(ended.stderr.startsWith('error: ')).toBe(true)
      expect(ended.stderr).not.toMatch(/hunter2|\n {4}at /)
    }
  })

  it('prices', async () => {
    const prices = folder.file('prices.json')
    const wrong = ['{', 'null', '[]', '{"currency":"EUR"}', '{"currency":"EUR","models":{"m":{"input":-1,"output":1}}}']
    for (const text of wrong) {
      writeFileSync(prices, text)
      const { code, stderr } = await failed([`sqlite:${file}`, '--prices', prices])
      expect([text, code, stderr]).toEqual([text, 2, expect.stringMatching(/^error: .*prices\.json.*\n$/)])
    }
    const missing = await failed([`sqlite:${file}`, '--prices', folder.file('none.json')])
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringMatching(/cannot be read from .*none\.json/) })
  })

  it('a port that is taken, or none, and an address of another machine', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const port = String((other.address() as AddressInfo).port)
    const taken = await failed([`sqlite:${file}`, '--port', port])
    expect(taken).toMatchObject({ code: 4, stderr: `It cannot listen on 127.0.0.1:${port}: EADDRINUSE.\n` })
    other.close()
    for (const wrong of ['x', '-1', '65536', '1.5'])
      expect([wrong, (await failed([`sqlite:${file}`, `--port=${wrong}`])).code]).toEqual([wrong, 2])
    const elsewhere = await failed([`sqlite:${file}`, '--host', '192.0.2.1'])
    expect(elsewhere).toMatchObject({ code: 4, stderr: expect.stringContaining('EADDRNOTAVAIL') })
  })

  it('a key, which is never shown', async () => {
    const url = `sqlite:${sealedFile}`
    const wrong: [string[], Record<string, string>, RegExp][] = [
      [[url, '--key', 'env:NOPE'], {}, /The environment has no NOPE/],
      [[url, '--key', `file:${folder.file('none')}`], {}, /The file with the key cannot be read: ENOENT/],
      [[url, '--key', key], {}, /never from the command line/],
      [[url, '--key', 'prompt'], {}, /no terminal/],
      [[url], { SESSIONS_KEY: '' }, /the key is empty/],
      [[url], { SESSIONS_KEY: `one ${key}\ntwo` }, /Line 2 of the keys/],
    ]
    for (const [args, env, message] of wrong) {
      const { code, stderr } = await failed(args, env)
      expect([args, code, stderr]).toEqual([args, 2, expect.stringMatching(message)])
      expect(stderr).not.toContain(key)
    }
  })
})

it('says which package is missing', async () => {
  const without = await shell(folder.path, 'sessions studio sqlite:a.db --write --port 4000')
  expect(without).toMatchObject({ code: 6, stdout: '' })
  expect(without.stderr).toContain('npm install @sessions/studio')
})

it('reads alone unless it is told, and ends with Ctrl-C', async () => {
  await using running = await Running.start([`sqlite:${file}`])
  expect(running.printed).toContain(`sqlite:${file} is open at\n`)
  expect((await get<About>(running, '/api/about')).writes).toBeUndefined()
  expect((await post(running, 'fork', { id: 's', to: 't' })).status).toBe(403)
  expect(await running.interrupt()).toBe(0)
})

it('opens what is sealed by the key of the environment, and writes with --write', async () => {
  await using running = await Running.start([`sqlite:${sealedFile}`, '--write'], { env: { SESSIONS_KEY: key } })
  expect(await get<About>(running, '/api/about')).toMatchObject({
    encrypted: true,
    writes: { flags: ['-s', `sqlite:${sealedFile}`] },
  })
  expect((await post(running, 'fork', { id: 's', to: 't' })).status).toBe(200)
  const { entries } = await get<EntriesPage>(running, '/api/entries?id=t')
  expect(entries.map(({ item }) => item?.content)).toEqual(['a secret'])
  expect(running.printed).not.toContain(key)
})

it('shows sealed records as such with a wrong key, and writes nothing beside them', async () => {
  await using running = await Running.start([`sqlite:${sealedFile}`, '--write'], { env: { SESSIONS_KEY: otherKey } })
  const { sessions: found } = await get<SessionsPage>(running, '/api/sessions')
  expect(found.map(({ sessionId }) => sessionId)).toContain('s')
  const { entries } = await get<EntriesPage>(running, '/api/entries?id=s')
  expect(entries.map(({ item, problem }) => [item, problem])).toEqual([[undefined, expect.stringMatching(/key/)]])
  const answers = [await post(running, 'fork', { id: 's', to: 'u' }), await post(running, 'export', { ids: ['s'] })]
  for (const { status, body } of answers) {
    expect(status).toBe(500)
    expect(JSON.parse(body).code).toBe('SESSION_DECRYPT_FAILED')
    for (const secret of [key, otherKey, 'a secret']) expect(body).not.toContain(secret)
  }
  expect(running.printed).not.toContain(otherKey)
  expect((await get<SessionsPage>(running, '/api/sessions?prefix=u')).sessions).toEqual([])
})

it('is `sessions studio`, options and all', async () => {
  const { code, stdout } = await sessions(['studio', '--help'])
  expect(code).toBe(0)
  for (const option of ['--write', '--port', '--host', '--prices', '--key', '--store']) expect(stdout).toContain(option)
})
