import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { SQLiteStore } from '@sessions/sqlite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Folder, items, seededFile } from './support/seed.ts'
import { plain, sessions, sessionsInTerminal, values } from './support/sessions.ts'

const folder = new Folder()
let store = ''
beforeAll(async () => {
  store = await seededFile(folder)
})
afterAll(() => folder[Symbol.dispose]())

it('grep finds texts and regular expressions, with what stands around, and says by its exit code whether it did', async () => {
  const all = values(await sessions(['grep', 'sunny', '-s', store, '--json']))
  expect(all).toHaveLength(6)
  expect(all[0]).toMatchObject({ sessionId: 'user_cleo', matches: [{ before: '', found: 'sunny', after: '' }] })
  expect((await sessions(['grep', '-l', 'OSLO', '-i', '--prefix', 'user_a', '-s', store])).stdout).toBe('user_ada\n')
  const around = await sessions(['grep', '-E', 'is s.nny', 'user_bob', '-C', '1', '-s', store])
  expect(around.stdout.split('\n').filter((line) => line.startsWith('user_bob'))).toHaveLength(2)
  expect((await sessions(['grep', 'rain', '-s', store])).code).toBe(1)
  expect((await sessions(['grep', '-E', '(', '-s', store])).code).toBe(2)
  const { code, screen } = await sessionsInTerminal(['grep', 'sunny', '--max', '1', '-s', store])
  expect(code).toBe(0)
  expect(screen).toContain('\u001b[1m\u001b[31msunny')
})

it('stats counts sessions, items and bytes', async () => {
  const [found] = values(await sessions(['stats', '--bytes', '--json', '-s', store]))
  const bytes = 3 * items.reduce((sum, item) => sum + Buffer.byteLength(JSON.stringify(item)), 0)
  expect(found).toMatchObject({ sessions: 3, items: 12, bytes, ages: { 0: { within: '1 hour', sessions: 3 } } })
  expect(plain((await sessionsInTerminal(['stats', '-s', store])).screen)).toMatch(/1 hour +3 +12 +█/)
})

it.each([
  ['rm', 'user_ada'],
  ['prune', '-m', 'userId=bob'],
  ['prune', '--newer-than', '1d'],
  ['prune', '--expired'],
  ['rewind', 'user_ada', '--turns', '1'],
])('%s %s removes nothing that was not confirmed, in a pipe and in a terminal', async (...words) => {
  const kept = await seededFile(folder, `kept-${words.join('-')}.db`)
  const before = (await sessions(['export', '-s', kept])).stdout
  const refused = await sessions([...words, '-s', kept])
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain('--yes')
  const said = { answers: [[/^(rm|prune)$/.test(words[0] ?? '') ? 'Delete' : 'Remove', 'n']] } as const
  expect((await sessionsInTerminal([...words, '-s', kept], said)).code).toBe(2)
  expect((await sessions(['export', '-s', kept])).stdout).toBe(before)
})

it('fork and rewind change what was meant', async () => {
  const changed = await seededFile(folder, 'changed.db')
  const entries = values<{ id: string }>(await sessions(['show', 'user_ada', '--json', '-s', changed]))
  const upTo = entries[1]?.id ?? ''
  const forked = await sessions(['fork', 'user_ada', 'again', '--up-to', upTo, '-m', 'by=us', '--json', '-s', changed])
  expect(values(forked)).toMatchObject([
    { itemCount: 2, metadata: { userId: 'ada', by: 'us', forkedFrom: 'user_ada' } },
  ])
  expect((await sessions(['fork', 'user_ada', 'again', '-s', changed])).code).toBe(5)
  expect((await sessions(['fork', 'nobody', 'other', '-s', changed])).code).toBe(3)
  const tried = values(await sessions(['rewind', 'again', '--turns', '1', '--dry-run', '--json', '-s', changed]))
  expect(tried).toEqual([{ removed: items.slice(0, 2), dryRun: true }])
  expect((await sessions(['rewind', 'again', '--turns', '1', '-s', changed])).code).toBe(2)
  const asked = { answers: [['Remove 1', 'y']] } as const
  expect(
    (await sessionsInTerminal(['rewind', 'user_ada', '--to', entries[3]?.id ?? '', '-s', changed], asked)).code,
  ).toBe(0)
  const left = values(await sessions(['show', 'user_ada', '--json', '-s', changed]))
  expect(left.map(({ item }) => item)).toEqual(items.slice(0, 3))
  expect((await sessions(['rewind', 'user_ada', '--to', entries[3]?.id ?? '', '--yes', '-s', changed])).code).toBe(3)
})

it('metadata sets, merges and removes keys, and leaves the others', async () => {
  const changed = await seededFile(folder, 'known.db')
  const run = async (...args: string[]): Promise<Awaited<ReturnType<typeof sessions>>> =>
    await sessions(['metadata', ...args, '-s', changed])
  const set = await run('user_ada', '--set', 'n=3', '--set', 'plan="4"', '--merge', '{"a=b":[null]}', '--json')
  expect(values(set)).toMatchObject([{ metadata: { userId: 'ada', n: 3, plan: '4', 'a=b': [null] } }])
  const unset = await run('user_ada', '--unset', 'a=b', '--unset', 'n', '--unset', 'missing', '--json')
  expect(values(unset)[0]?.metadata).toEqual({ userId: 'ada', plan: '4' })
  expect((await run('user_ada', '--set', 'plan=pro')).stdout).toMatch(/^user_ada {2}\{.*"plan":"pro".*\}\n$/)
  const wrong = [[], ['--set', 'x'], ['--merge', '[]'], ['--merge', '{'], ['--set', 'n=1', '--unset', 'n']]
  for (const args of wrong) expect([args, (await run('user_ada', ...args)).code]).toEqual([args, 2])
  expect((await run('nobody', '--set', 'n=1')).code).toBe(3)
  expect(values(await sessions(['ls', '--json', '-s', changed]))).toHaveLength(3)
})

it('rekey encrypts what is there, and again under a new key', async () => {
  const sealed = await seededFile(folder, 'sealed.db')
  const [file, key] = [folder.file('keys'), (seed: string) => createHash('sha256').update(seed).digest('base64')]
  writeFileSync(file, `one ${key('a')}\n`)
  const rekey = ['rekey', '-s', sealed, '--key', `file:${file}`, '--json']
  expect(values(await sessions([...rekey, '--plaintext']))).toEqual([{ sessions: 3, items: 12 }])
  writeFileSync(file, `two ${key('b')}\n${readFileSync(file, 'utf8')}`)
  expect(values(await sessions(rekey))).toEqual([{ sessions: 3, items: 12 }])
  writeFileSync(file, `two ${key('b')}\n`)
  const shown = await sessions(['show', 'user_ada', '-s', sealed, '--key', `file:${file}`, '--json'])
  expect(values(shown).map(({ item }) => item)).toEqual(items)
  expect((await sessions(['verify', '-s', sealed, '--key', `file:${file}`])).code).toBe(0)
  writeFileSync(file, `two ${key('c')}\n`)
  const wrong = await sessions(['show', 'user_ada', '-s', sealed, '--key', `file:${file}`, '--json'])
  expect(wrong.code).toBe(5)
  expect(JSON.parse(wrong.stderr).code).toBe('SESSION_DECRYPT_FAILED')
  expect(wrong.stdout + wrong.stderr).not.toContain(key('c'))
  expect((await sessions(['rekey', '-s', sealed])).code).toBe(2)
  expect((await sessionsInTerminal(['show', 'user_ada', '-s', sealed])).screen).toContain('under the key two')
})

it('tail -f shows what is added until Ctrl-C', async () => {
  const { code, screen } = await sessionsInTerminal(['tail', '-f', 'user_ada', '-n', '1', '-s', store], {
    answers: [
      [
        'It is sunny',
        async () => {
          await using other = new SQLiteStore({ path: store.replace('sqlite:', '') })
          await other.session('user_ada').addItems([{ role: 'user', content: 'And tomorrow?' }])
        },
      ],
      ['And tomorrow', '\u0003'],
    ],
  })
  expect(plain(screen)).toMatch(/It is sunny in Oslo\.\n\nuser.*And tomorrow\?/s)
  expect(code).toBe(130)
  expect(values(await sessions(['tail', 'user_ada', '-n', '1', '--json', '-s', store]))).toHaveLength(1)
})

it('schema prints what makes the tables, makes them, and sees whether they are there', async () => {
  const path = folder.file('schema.db')
  const printed = (await sessions(['schema', '--dialect', 'sqlite'])).stdout
  const { default: Database } = await import('better-sqlite3')
  const database = new Database(path)
  expect((await sessions(['schema', '--check', '-s', `sqlite:${path}`])).code).toBe(1)
  expect((await sessions(['doctor', '-s', `sqlite:${path}`])).code).toBe(1)
  database.exec(printed)
  database.close()
  expect((await sessions(['schema', '--check', '-s', `sqlite:${path}`])).code).toBe(0)
  expect((await sessions(['schema', '--apply', '-s', `sqlite:${folder.file('new.db')}`])).code).toBe(0)
  expect((await sessions(['schema', '--dialect', 'postgres', '--schema', 'agents'])).stdout).toContain(
    '"agents"."agent_sessions"',
  )
  expect(plain((await sessionsInTerminal(['schema', '--check', '-s', store])).screen)).toContain('up to date')
})

it('doctor and ping look at the store and change nothing', async () => {
  const graded = values(await sessions(['doctor', '--write', '--json', '-s', store]))
  expect(graded.map(({ name, grade }) => [name, grade])).toEqual([
    ['answer', 'ok'],
    ['journal', 'ok'],
    ['rights', 'ok'],
    ['privacy', 'ok'],
    ['file system', 'ok'],
    ['log', 'ok'],
    ['writing', 'ok'],
  ])
  expect(plain((await sessionsInTerminal(['doctor', '-s', store])).screen)).toMatch(/journal +ok +wal/)
  expect(values(await sessions(['ping', '--json', '-s', store]))).toMatchObject([{ ok: true }])
  expect((await sessionsInTerminal(['ping', '-s', store])).code).toBe(0)
  expect(values(await sessions(['ls', '--json', '-s', store]))).toHaveLength(3)
})

it('conformance runs the kit', async () => {
  const harness = folder.file('harness.mjs')
  const core = new URL('../../core/src/index.ts', import.meta.url)
  writeFileSync(
    harness,
    `import { MemoryStore } from '${core}'
    const capabilities = { durable: false, multiProcess: false, ttl: false, list: true, transactions: true }
    export default { name: 'mine', open: async () => new MemoryStore(), reset: async () => {}, capabilities }`,
  )
  const report = folder.file('report.json')
  const ended = await sessions(['conformance', harness, '-t', 'append/order', '--report', report])
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ adapter: 'mine', ok: true })
  expect((await sessions(['conformance'])).code).toBe(2)
})

it('complete knows commands, options and choices', async () => {
  const offered = async (...words: string[]): Promise<string[]> =>
    (await sessions(['complete', '--', ...words])).stdout.split('\n').map((line) => line.split('\t')[0] ?? '')
  expect(await offered('re')).toEqual(expect.arrayContaining(['rewind', 'rekey']))
  expect(await offered('ls', '--pre')).toContain('--prefix')
  expect(await offered('verify', '--key-format', '')).toEqual(expect.arrayContaining(['sessions', 'python']))
  for (const shell of ['bash', 'zsh', 'fish'])
    expect((await sessions(['complete', shell])).stdout).toContain('sessions')
})
