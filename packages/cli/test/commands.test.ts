import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { SQLiteStore } from '@sessions/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Folder, items, seededFile } from './support/seed.ts'
import { plain, sessions, sessionsInTerminal, values } from './support/sessions.ts'

const folder = new Folder()
let store = ''
beforeAll(async () => {
  store = await seededFile(folder)
})
afterAll(() => folder[Symbol.dispose]())

/** Another store with the same sessions. */
async function copyOf(name: string): Promise<string> {
  return await seededFile(folder, name)
}

describe('ls', () => {
  it('lists the newest first, by page, prefix, metadata and age', async () => {
    const ids = async (...args: string[]): Promise<string[]> => {
      const ended = await sessions(['ls', '-s', store, '--ids', ...args])
      expect(ended).toMatchObject({ code: 0, stderr: '' })
      return ended.stdout.split('\n').slice(0, -1)
    }
    expect(await ids()).toEqual(['user_cleo', 'user_bob', 'user_ada'])
    expect(await ids('-n', '1')).toEqual(['user_cleo'])
    expect(await ids('--after', 'user_cleo')).toEqual(['user_bob', 'user_ada'])
    expect(await ids('--prefix', 'user_b')).toEqual(['user_bob'])
    expect(await ids('-m', 'userId=ada')).toEqual(['user_ada'])
    expect(await ids('--older-than', '1d')).toEqual([])
    expect(await ids('--newer-than', '1d')).toHaveLength(3)
  })

  it('prints values for programs and a table for people', async () => {
    const found = values(await sessions(['ls', '-s', store, '--json', '-n', '1']))
    expect(found).toMatchObject([{ sessionId: 'user_cleo', itemCount: 4, metadata: { userId: 'cleo' } }])
    const { code, screen } = await sessionsInTerminal(['ls', '-s', store])
    expect(code).toBe(0)
    expect(plain(screen)).toMatch(/^session +changed +begun +items/)
    expect(screen).toContain('\u001b[36muser_cleo\u001b[39m')
    const quiet = await sessionsInTerminal(['ls', '-s', store], { env: { NO_COLOR: '1' } })
    expect(quiet.screen).not.toContain('\u001b')
  })
})

describe('show', () => {
  it('prints a transcript with results beside their calls, the newest turns or items, or values', async () => {
    const { stdout } = await sessions(['show', 'user_ada', '-s', store])
    const lines = stdout.split('\n').map((line) => line.replace(/ {2}\d{4}-.*$/, ''))
    expect(lines.slice(3, 12)).toEqual([
      'user',
      '  What is the weather in Oslo?',
      '',
      'call get_weather',
      '  {',
      '    "city": "Oslo"',
      '  }',
      '  result get_weather',
      '    sunny',
    ])
    expect(values(await sessions(['show', 'user_ada', '-s', store, '--json'])).map(({ item }) => item)).toEqual(items)
    expect(values(await sessions(['show', 'user_ada', '-s', store, '--json', '-n', '1']))).toHaveLength(1)
    expect(values(await sessions(['show', 'user_ada', '-s', store, '--json', '--turns', '1']))).toHaveLength(4)
    const { screen } = await sessionsInTerminal(['show', 'user_ada', '-s', store], { env: { PAGER: 'tr a-z A-Z' } })
    expect(plain(screen)).toContain('IT IS SUNNY IN OSLO.')
  })
})

describe('export and import', () => {
  it('bring a store back as it was, also through a pipe', async () => {
    const file = folder.file('backup.jsonl')
    const exported = await sessions(['export', '-s', store, '-o', file])
    expect(exported).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(statSync(file).mode & 0o077).toBe(0)
    const restored = `sqlite:${folder.file('restored.db')}`
    const first = await sessions(['import', file, '-s', restored, '--json'])
    expect(values(first)).toMatchObject([{ created: 3, records: 12 }])
    const again = await sessions(['import', '-s', restored, '--json'], { input: readFileSync(file, 'utf8') })
    expect(values(again)).toMatchObject([{ created: 0, equal: 3, records: 0 }])
    const { stdout } = await sessions(['export', '-s', restored])
    expect(stdout).toBe(readFileSync(file, 'utf8'))
  })

  it('take sessions by their ids', async () => {
    const { stdout } = await sessions(['export', 'user_cleo', 'user_ada', '-s', store])
    const begun = values<{ session?: string }>({ stdout }).flatMap(({ session }) => session ?? [])
    expect(begun).toEqual(['user_cleo', 'user_ada'])
    expect(await sessions(['export', 'user_ada', 'nobody', '-s', store])).toMatchObject({ code: 3, stdout: '' })
    expect((await sessions(['export', 'user_ada', '--prefix', 'user', '-s', store])).code).toBe(2)
  })

  it('write nothing of a damaged file, and replace none without being told', async () => {
    const file = folder.file('damaged.jsonl')
    const { stdout } = await sessions(['export', '-s', store])
    writeFileSync(file, stdout.slice(0, -20))
    const target = `sqlite:${folder.file('empty.db')}`
    const ended = await sessions(['import', file, '-s', target, '--json'])
    expect(ended.code).toBe(5)
    expect(JSON.parse(ended.stderr)).toMatchObject({ code: 'SESSION_EXPORT_DAMAGED', exitCode: 5 })
    expect(values(await sessions(['ls', '-s', target, '--json']))).toEqual([])
    expect((await sessions(['export', '-s', store, '-o', file])).code).toBe(2)
    expect(readFileSync(file, 'utf8')).toBe(stdout.slice(0, -20))
    const said = { answers: [['Replace', 'y']] } as const
    expect((await sessionsInTerminal(['export', '-s', store, '-o', file], said)).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe(stdout)
    expect((await sessions(['import', folder.file('no.jsonl'), '-s', target])).code).toBe(3)
  })
})

describe('copy', () => {
  it('copies, goes on, encrypts, and says what differs', async () => {
    const key = { TARGET_KEY: 'correct horse battery staple' }
    const target = `sqlite:${folder.file('sealed.db')}`
    const args = ['copy', store, target, '--to-key', 'env:TARGET_KEY', '--json']
    expect(values(await sessions(args, { env: key }))).toMatchObject([{ created: 3, records: 12 }])
    expect(values(await sessions(args, { env: key }))).toMatchObject([{ created: 0, equal: 3 }])
    const sealed = await sessions(['show', 'user_ada', '-s', target, '--json'])
    expect(sealed.stdout).not.toContain('Oslo')
    const opened = await sessions(['show', 'user_ada', '-s', target, '--json', '--key', 'env:TARGET_KEY'], { env: key })
    expect(values(opened).map(({ item }) => item)).toEqual(items)
    const { code, screen } = await sessionsInTerminal(['copy', store, target, '--to-key', 'prompt'], {
      answers: [['Enter the key', `${key.TARGET_KEY}\r`]],
    })
    expect(code).toBe(0)
    expect(screen).not.toContain(key.TARGET_KEY)
    expect(plain(screen)).toContain('3 equal')
  })

  it('leaves, replaces or refuses what is there as another one', async () => {
    const target = await copyOf('other.db')
    {
      await using other = new SQLiteStore({ path: folder.file('other.db') })
      await other.session('user_ada').popItem()
      await other.session('user_ada').addItems([{ role: 'user', content: 'Something else' }])
    }
    expect((await sessions(['copy', store, target, '--json'])).code).toBe(5)
    const skipped = values(await sessions(['copy', store, target, '--on-conflict', 'skip', '--json']))
    expect(skipped).toMatchObject([{ skipped: 1 }])
    const replaced = values(await sessions(['copy', store, target, '--on-conflict', 'replace', '--json']))
    expect(replaced).toMatchObject([{ replaced: 1 }])
  })
})

describe('verify', () => {
  it('finds what cannot be decoded', async () => {
    const damaged = await copyOf('damaged.db')
    const sound = await sessionsInTerminal(['verify', '-s', damaged])
    expect(sound.code).toBe(0)
    expect(plain(sound.screen)).toContain('3 sessions, 0 findings.')
    {
      await using other = new SQLiteStore({ path: folder.file('damaged.db') })
      await other.records.commit('user_bob', { append: ['secret that is no JSON'] })
    }
    const ended = await sessions(['verify', '-s', damaged, '--json'])
    expect(ended.code).toBe(1)
    expect(values(ended)).toMatchObject([{ sessionId: 'user_bob', problem: 'corrupt', position: 5 }])
    expect(ended.stdout + ended.stderr).not.toContain('secret')
    const shown = await sessions(['show', 'user_bob', '-s', damaged, '--json'])
    expect(values(shown)).toHaveLength(5)
    expect(values(shown).at(-1)).toHaveProperty('problem')
  })
})

describe('rm and prune', () => {
  it('delete what was meant, once that was confirmed', async () => {
    const target = await copyOf('fewer.db')
    const ids = async (): Promise<string> => (await sessions(['ls', '-s', target, '--ids'])).stdout
    const all = await ids()
    const refused = await sessions(['rm', 'user_ada', '-s', target])
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('--yes')
    expect((await sessions(['rm', 'user_ada', 'nobody', '--yes', '-s', target])).code).toBe(3)
    expect((await sessionsInTerminal(['rm', 'user_ada', '-s', target], { answers: [['Delete 1', 'n']] })).code).toBe(2)
    const tried = values(await sessions(['rm', 'user_ada', '--dry-run', '--json', '-s', target]))
    expect(tried).toEqual([{ sessions: 1, items: 4, dryRun: true }])
    expect(await ids()).toBe(all)
    expect((await sessionsInTerminal(['rm', 'user_ada', '-s', target], { answers: [['Delete 1', 'y']] })).code).toBe(0)
    expect(await ids()).toBe('user_cleo\nuser_bob\n')
    expect((await sessions(['prune', '-s', target, '--yes'])).code).toBe(2)
    expect((await sessions(['prune', '--older-than', '30', '-s', target, '--yes'])).code).toBe(2)
    const counted = values(await sessions(['prune', '-m', 'userId=bob', '--dry-run', '--json', '-s', target]))
    expect(counted).toEqual([{ sessions: 1, dryRun: true }])
    const pruned = values(await sessions(['prune', '-m', 'userId=bob', '--yes', '--json', '-s', target]))
    expect(pruned).toEqual([{ sessions: 1, dryRun: false }])
    expect(await ids()).toBe('user_cleo\n')
    expect((await sessions(['prune', '--expired', '--yes', '-s', target])).stdout).toBe('Deleted 0 sessions.\n')
  })
})
