import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backends, type Server } from './support/backends.ts'
import { Folder, seededFile } from './support/seed.ts'
import { plain, sessions, sessionsInTerminal } from './support/sessions.ts'

const isLong = process.env.SESSIONS_TEST_FAULTS === 'all'
const folder = new Folder()
const file = folder.file('seed.jsonl')
beforeAll(async () => {
  writeFileSync(file, (await sessions(['export', '-s', await seededFile(folder)])).stdout)
})
afterAll(() => folder[Symbol.dispose]())

/** What is typed, what is seen, and in a terminal what is answered. The store is empty at first, and has its tables. */
type Step = readonly [line: string, seen: RegExp, answer?: readonly [question: string, typed: string]]

const yes = 'y'
const steps = (target: string): readonly Step[] => [
  [`import ${file}`, /Done: 3 created; 12 items written/],
  ['ping', /\d+ ms/],
  ['ls', /user_cleo.*\n.*user_bob.*\n.*user_ada/],
  ['show user_ada', /call get_weather[\s\S]*result get_weather[\s\S]*It is sunny in Oslo/],
  ['tail user_ada -n 1', /It is sunny in Oslo/],
  ['grep -i OSLO --max 1', /Oslo/],
  ['stats --bytes', /3 +12/],
  ['export --prefix user_ada', /"format":"@sessions\/core"[\s\S]*"end":"user_ada"[\s\S]*"sessions":1/],
  [`copy env:SESSIONS_URL ${target} --to-key env:KEY`, /3 created; 12 items written/],
  ['verify', /3 sessions, 0 findings\./],
  ['fork user_ada again', /again +4 items/],
  ['rewind again --turns 1', /Removed 4 items\./, ['Remove 4 items?', yes]],
  ['rm again', /Deleted 1 session/, ['Delete 1 session', yes]],
  ['doctor', /answer/],
  ['rekey --plaintext --key env:KEY --prefix user_bob', /4 items of 1 session encrypted/],
  ['prune --prefix user_ --older-than 0s', /Deleted 3 sessions\./, ['Delete 3 sessions?', yes]],
  ['ls', /no such session/],
]

const places: Readonly<Record<string, () => Promise<Server | undefined>>> = {
  SQLite: async () => ({ url: `sqlite:${folder.file('walked.db')}`, stop: async () => {} }),
  ...(isLong && backends),
}

describe.each(Object.entries(places))('on %s', (name, start) => {
  let server: Server | undefined
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server?.stop())

  // In a pipe, other tests walk through each command too.
  it.each(isLong ? ['a terminal', 'a pipe'] : ['a terminal'])('every command does its work in %s', async (where) => {
    if (server === undefined) return
    const KEY = createHash('sha256').update('a key').digest('base64')
    const env = { SESSIONS_URL: server.url, KEY }
    const at = /^(postgres|mysql|mariadb)/.test(server.url) ? (['schema --apply', /tables/i] as const) : undefined
    const target = `sqlite:${folder.file(`${name} in ${where}.db`.replaceAll(' ', '-'))}`
    for (const [line, seen, answer] of [...(at === undefined ? [] : [at]), ...steps(target)] as Step[]) {
      const words = line.split(' ')
      if (where === 'a terminal') {
        const { code, screen } = await sessionsInTerminal(words, { env, answers: answer === undefined ? [] : [answer] })
        expect([line, code, plain(screen)]).toEqual([line, expect.anything(), expect.stringMatching(seen)])
        if (words[0] !== 'doctor') expect([line, code]).toEqual([line, 0])
        continue
      }
      const { code, stdout, stderr } = await sessions([...words, ...(answer === undefined ? [] : ['--yes'])], { env })
      expect([line, stdout + stderr]).toEqual([line, expect.stringMatching(seen)])
      if (words[0] !== 'doctor') expect([line, code]).toEqual([line, 0])
      // What is for the next program has no colours.
      expect(stdout).not.toContain('\u001b')
    }
  })
})
