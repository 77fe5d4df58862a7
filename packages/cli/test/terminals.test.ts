import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backends, type Server } from './support/backends.ts'
import { Folder, seededFile } from './support/seed.ts'
import { plain, sessions, sessionsInTerminal, sessionsInterrupted } from './support/sessions.ts'

const isLong = process.env.SESSIONS_TEST_FAULTS === 'all'
const folder = new Folder()
const file = folder.file('seed.jsonl')
/** The kit is run on the store that is walked through. */
const harness = folder.file('harness.mjs')
const harnessText = `import { Stores } from '${new URL('../src/stores/stores.ts', import.meta.url)}'
const open = async () => (await new Stores().open({}, { writes: true, creates: true })).store
const capabilities = { durable: false, multiProcess: false, ttl: false, list: true, transactions: true }
export default { name: 'walked', open, reset: async () => {}, capabilities }`
/** Who has the package of the studio; what is needed beside it comes from the command. */
const withStudio = new URL('../../studio', import.meta.url).pathname
beforeAll(async () => {
  writeFileSync(harness, harnessText)
  writeFileSync(file, (await sessions(['export', '-s', await seededFile(folder)])).stdout)
})
afterAll(() => folder[Symbol.dispose]())

/** What is typed, what is seen, and in a terminal what is answered. The store is empty at first, and has its tables. */
type Step = readonly [line: string, seen: RegExp, answer?: readonly [question: string, typed: string]]

const yes = 'y'
const interrupt = '\u0003'
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
  ['studio', /http:\/\/127\.0\.0\.1:\d+/, ['http://127.0.0.1:', interrupt]],
  [`conformance ${harness} -t append/order`, /1 passed/],
  ['prune --prefix session- --older-than 0s', /Deleted \d session/, ['Delete ', yes]],
]
/** Of a database. */
const tables: readonly Step[] = [
  ['schema', /CREATE TABLE/],
  ['schema --apply', /up to date/],
  ['schema --check', /up to date/],
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
    const hasTables = /^(sqlite|postgres|mysql|mariadb)/.test(server.url)
    const target = `sqlite:${folder.file(`${name} in ${where}.db`.replaceAll(' ', '-'))}`
    for (const [line, seen, answer] of [...(hasTables ? tables : []), ...steps(target)]) {
      const words = line.split(' ')
      const options = { env, ...(line === 'studio' && { cwd: withStudio }) }
      if (where === 'a terminal') {
        const { code, screen } = await sessionsInTerminal(words, {
          ...options,
          answers: answer === undefined ? [] : [answer],
        })
        expect([line, code, plain(screen)]).toEqual([line, expect.anything(), expect.stringMatching(seen)])
        if (words[0] !== 'doctor') expect([line, code]).toEqual([line, 0])
        continue
      }
      const { code, stdout, stderr } =
        answer?.[1] === interrupt
          ? await sessionsInterrupted(words, answer[0], options)
          : await sessions([...words, ...(answer === undefined ? [] : ['--yes'])], options)
      expect([line, stdout + stderr]).toEqual([line, expect.stringMatching(seen)])
      if (words[0] !== 'doctor') expect([line, code]).toEqual([line, 0])
      // What is for the next program has no colours.
      expect(stdout).not.toContain('\u001b')
    }
  })
})
