import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backends, type Server } from './support/backends.ts'
import { Folder, seededFile } from './support/seed.ts'
import { sessions, values } from './support/sessions.ts'

const folder = new Folder()
const file = folder.file('seed.jsonl')
beforeAll(async () => {
  writeFileSync(file, (await sessions(['export', '-s', await seededFile(folder)])).stdout)
})
afterAll(() => folder[Symbol.dispose]())

for (const [name, start] of Object.entries(backends)) {
  describe(name, () => {
    let server: Server | undefined
    beforeAll(async () => {
      server = await start()
    })
    afterAll(() => server?.stop())

    it('does everything', async ({ skip }) => {
      if (server === undefined) skip()
      const env = { SESSIONS_URL: server?.url ?? '' }
      const isSQL = /^(postgres|mysql|mariadb)/.test(env.SESSIONS_URL)
      const run = async (...args: string[]): Promise<Awaited<ReturnType<typeof sessions>>> =>
        await sessions(args, { env })
      const json = async (...args: string[]): Promise<Record<string, unknown>[]> => {
        const ended = await run(...args, '--json')
        expect([args[0], ended.stderr, ended.code]).toEqual([args[0], '', 0])
        return values(ended)
      }
      if (isSQL) {
        expect((await run('schema', '--check')).code).toBe(1)
        expect((await run('doctor')).stdout).toContain('sessions schema --apply')
        expect((await run('ls')).stderr).toContain('sessions schema --apply')
        expect((await run('schema', '--apply')).code).toBe(0)
        expect((await run('schema')).stdout).toContain('CREATE TABLE')
      }
      expect(await json('import', file)).toMatchObject([{ created: 3, records: 12 }])
      expect((await json('ls', '-m', 'userId=ada'))[0]).toMatchObject({ sessionId: 'user_ada', itemCount: 4 })
      expect((await run('show', 'user_ada')).stdout).toMatch(/call get_weather.*\n {2}result get_weather/s)
      expect((await run('grep', '-l', 'sunny')).stdout.split('\n')).toHaveLength(4)
      expect(await json('stats', '--bytes')).toMatchObject([{ sessions: 3, items: 12 }])
      const exported = await run('export')
      expect(exported.stdout.split('\n')).toHaveLength(readFileSync(file, 'utf8').split('\n').length)
      const copied = await run('copy', 'env:SESSIONS_URL', `sqlite:${folder.file(`${name}.db`)}`, '--json')
      expect(values(copied)).toMatchObject([{ created: 3 }])
      expect((await run('verify')).stdout).toBe('3 sessions, 0 findings.\n')
      expect(await json('fork', 'user_ada', 'forked')).toMatchObject([{ itemCount: 4 }])
      expect(await json('rewind', 'forked', '--turns', '1', '--yes')).toMatchObject([{ dryRun: false }])
      expect(await json('tail', 'user_ada', '-n', '2')).toHaveLength(2)
      expect(await json('ping')).toMatchObject([{ ok: true }])
      const graded = values(await run('doctor', '--write', '--json'))
      expect(graded.map((check) => check.name)).toEqual(expect.arrayContaining(['answer', 'writing']))
      // The servers of tests do not wait for disks.
      const bad = graded.filter((check) => check.grade === 'bad').map((check) => check.name)
      expect(['fsync', 'full_page_writes']).toEqual(expect.arrayContaining(bad))
      expect(await json('rm', 'forked', '--yes')).toMatchObject([{ sessions: 1 }])
      const key = { ...env, SESSIONS_KEY: 'correct horse battery staple' }
      const sealed = await sessions(['rekey', '--plaintext', '--prefix', 'user_a', '--json'], { env: key })
      expect(values(sealed)).toEqual([{ sessions: 1, items: 4 }])
      expect((await run('grep', '-l', 'sunny')).stdout.split('\n')).toHaveLength(3)
      expect(await json('prune', '--older-than', '0s', '--yes')).toEqual([{ sessions: 3, dryRun: false }])
      expect((await run('ls', '--ids')).stdout).toBe('')
    })
  })
}
