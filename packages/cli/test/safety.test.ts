import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { SQLiteStore } from '@sessions/sqlite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Folder, seededFile } from './support/seed.ts'
import { plain, sessions, sessionsInTerminal, values } from './support/sessions.ts'

const folder = new Folder()
let store = ''
beforeAll(async () => {
  store = await seededFile(folder)
})
afterAll(() => folder[Symbol.dispose]())

/** Titles, colours, erasing, links, C1, what turns and hides text, tags, NUL, a lone line end and carriage return, a bell. */
const hostile =
  '\u001b]0;title\u0007\u001b[2J\u001b[31mred\u001b]8;;http://evil\u001b\\link\u009b31m\u202eabc\u2066x\u2069\u200f\u2028\ufeff\u{e0041}\u0000\rover\b\u007fend'
/** Control and format characters, what is unassigned, private or half a character, and separators of lines. */
const raw = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/u

it('lets nothing of a history reach the terminal raw', async () => {
  const path = folder.file('hostile.db')
  const id = `evil${hostile.replaceAll('\u0000', '')}`.slice(0, 200)
  const other = folder.file('other.db')
  {
    await using conflicting = new SQLiteStore({ path: other })
    await conflicting.session(id).addItems([{ role: 'user', content: 'another one' }])
  }
  {
    await using store = new SQLiteStore({ path })
    await store.records.commit(`${id} damaged`, { append: [hostile] })
    const session = store.session(id)
    await session.setMetadata({ [`key${hostile}`]: hostile })
    await session.addItems([
      { role: 'user', content: hostile },
      { type: 'function_call', callId: hostile, name: hostile, arguments: hostile, status: 'completed' },
      { type: 'function_call_result', callId: hostile, name: hostile, output: hostile, status: 'completed' },
      { role: 'user', content: [{ type: 'input_file', file: hostile, filename: hostile }] },
      { type: hostile, other: hostile } as never,
      { role: 'user', content: 'x'.repeat(200_000) },
    ])
  }
  const at = ['-s', `sqlite:${path}`]
  const commands = [
    ['ls', ...at],
    ['ls', '--ids', ...at],
    ['ls', '--json', ...at],
    ['show', id, ...at, '--full'],
    ['show', id, ...at, '--json'],
    ['grep', 'end', '-C', '1', ...at],
    ['stats', ...at],
    ['export', ...at],
    ['rm', hostile.replaceAll('\u0000', ''), ...at],
    ['rm', `-${id}`, ...at],
    ['tail', id, ...at],
    ['rewind', id, '--turns', '1', '--dry-run', '--json', ...at],
    ['fork', id, `${id} 2`, ...at],
    ['fork', id, `${id} 2`, ...at],
    ['verify', ...at],
    ['copy', `sqlite:${path}`, `sqlite:${other}`],
    ['import', id, ...at],
    ['grep', hostile.slice(0, 9), '-l', '--prefix', id, ...at],
  ]
  for (const args of commands) {
    const { screen } = await sessionsInTerminal(args, { env: { NODE_DEBUG: args[0] === 'tail' ? 'sessions' : '' } })
    expect([args[0], plain(screen).match(raw)]).toEqual([args[0], null])
    expect(
      Math.max(
        ...plain(screen)
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(4_000)
  }
  const { stdout } = await sessions(['show', id, ...at])
  expect(stdout).toContain('\\x1b[31mred')
  expect(stdout.match(raw)).toBeNull()
  expect(values(await sessions(['show', id, ...at, '--json', '-n', '6']))[0]).toMatchObject({
    item: { content: hostile },
  })
})

it('logs neither contents nor keys', async () => {
  const key = createHash('sha256').update('a key').digest('base64')
  const env = { NODE_DEBUG: 'sessions', SECRET: key, SESSIONS_URL: store }
  const sealed = `sqlite:${folder.file('logged.db')}`
  const seen: string[] = []
  for (const args of [
    ['copy', store, sealed, '--to-key', 'env:SECRET'],
    ['show', 'user_ada', '-s', sealed, '--key', 'env:SECRET'],
    ['rekey', '-s', sealed, '--key', 'env:SECRET'],
    ['rm', 'user_ada', '--yes', '-s', sealed],
  ]) {
    // A process of its own: what is logged is decided when it starts.
    const { stderr } = await sessions(args, { env, input: '' })
    seen.push(stderr)
  }
  const logged = seen.join('')
  expect(logged).toMatch(/SESSIONS \d+: store\.\w+ "user_ada" ok \d/)
  expect(logged).not.toMatch(/Oslo|get_weather|userId/)
  expect(logged).not.toContain(key)
})

it('takes no secret from the command line, and shows none', async () => {
  const secret = 'hunter2-very-secret'
  const refused = await sessions(['ls', '-s', `postgres://me:${secret}@127.0.0.1:1/x`])
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('SESSIONS_PASSWORD')
  const places = [
    { SESSIONS_URL: `postgres://me:${secret}@127.0.0.1:1/x` },
    { SESSIONS_URL: 'mysql://me@127.0.0.1:1/x', SESSIONS_PASSWORD: secret },
    { SESSIONS_URL: `redis://:${secret}@127.0.0.1:1`, NODE_DEBUG: 'sessions' },
    { SESSIONS_URL: `redis://127.0.0.1:${secret}` },
  ]
  for (const env of places) {
    const ended = await sessions(['ping', '--timeout', '3000'], { env })
    expect([ended.code, ended.stdout]).toEqual([ended.code === 2 ? 2 : 4, ''])
    expect(ended.stderr).not.toContain(secret)
  }
  expect((await sessions(['ls', '-s', store, '--key', secret])).code).toBe(2)
  expect((await sessions(['ls', '-s', store, '--key', 'prompt'])).code).toBe(2)
  expect((await sessions(['ls', '-s', store, '--key', `file:${folder.file('no')}`])).code).toBe(2)
})

it('says what is wrong with a command line, and how to go on after Ctrl-C', async () => {
  const codes = async (...lines: string[]): Promise<number[]> =>
    await Promise.all(lines.map(async (line) => (await sessions(line.split(' ').filter((word) => word !== ''))).code))
  const usage = ['', 'lss', 'ls --wrong', 'show', 'ls -n 0', 'ls -s nothing:x', `ls -s ${store} --key-prefix x`, 'ls']
  expect(await codes(...usage)).toEqual(usage.map(() => 2))
  const missing = ['show nobody -s', 'tail nobody -s', 'rm nobody --yes -s', 'ls --after nobody -s']
  expect(await codes(...missing.map((line) => `${line} ${store}`))).toEqual(missing.map(() => 3))
  expect((await sessions(['ls', '-s', `sqlite:${folder.file('none.db')}`])).code).toBe(3)
  const { code, screen } = await sessionsInTerminal(['import', '-s', `sqlite:${folder.file('in.db')}`], {
    answers: [
      ['', '{"format":"@sessions/core","version":1}\r'],
      ['"version":1', '\u0003'],
    ],
  })
  expect(code).toBe(130)
  expect(plain(screen)).toContain('The same command goes on with what is left.')
})

it('names the package that is missing, and takes what the working directory has installed', async () => {
  const [cwd, home] = [folder.file('project'), folder.file('home')]
  for (const path of [home, `${cwd}/node_modules/@sessions/redis`]) mkdirSync(path, { recursive: true })
  const at = `${cwd}/node_modules/@sessions/redis`
  writeFileSync(`${at}/package.json`, '{"name":"@sessions/redis","type":"module","exports":"./index.js"}')
  writeFileSync(
    `${at}/index.js`,
    'export class RedisStore { constructor() { throw new TypeError("that of the project") } }',
  )
  expect((await sessions(['ls', '-s', 'redis://127.0.0.1'], { cwd })).stderr).toContain('that of the project')
  writeFileSync(
    `${cwd}/store.mjs`,
    `import { MemoryStore } from '${new URL('../../core/src/index.ts', import.meta.url)}'
    export default async () => { const store = new MemoryStore(); await store.session('mine').addItems([{ role: 'user', content: 'Hi' }]); return store }`,
  )
  expect((await sessions(['ls', '--ids', '-s', 'module:./store.mjs'], { cwd })).stdout).toBe('mine\n')
  expect((await sessions(['ls', '-s', 'module:./none.mjs'], { cwd })).code).toBe(2)
})

it('has an example for each command, and documents each exit code', async () => {
  const { stdout, code } = await sessions(['--help'])
  expect(code).toBe(0)
  const { commands } = await import('../src/command/registry.ts')
  for (const { name, load } of commands) {
    expect(stdout).toContain(`\n  ${name} `)
    const { examples } = await load()
    expect(examples.map(([line]) => line).join('\n')).toContain(`sessions ${name}`)
  }
  expect((await sessions(['prune', '--help'])).stdout).toContain('sessions prune --older-than 30d')
})
