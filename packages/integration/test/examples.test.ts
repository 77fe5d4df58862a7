import { type ExecFileException, execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const examples = fileURLToPath(new URL('../../../examples', import.meta.url))
/** What the programs import; not programs themselves. */
const helpers = ['offline-model.ts', 'print-item.ts']
const ansiEscape = '\u001b'

interface Outcome {
  code: number
  stdout: string
  stderr: string
}

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'examples-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** What a user has, without a key, and without what the test runner adds; what was compiled once need not be compiled anew. */
function environment(): NodeJS.ProcessEnv {
  const ofUser = Object.entries(process.env).filter(([name]) => !/^(OPENAI_|VITEST|NODE_(?!COMP)|FORCE_)/.test(name))
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`
  return { ...Object.fromEntries(ofUser), PATH, TMPDIR: folder }
}

function execute(file: string, args: string[], shell = false): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: environment(), shell }
    execFile(file, args, options, (error: ExecFileException | null, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
    })
  })
}

const covered = new Set<string>()

/** Names a program that these tests cover, and gives what runs it as a process of its own, in the temporary folder. */
function program(name: string): (...args: string[]) => Promise<Outcome> {
  covered.add(name)
  return (...args) => execute(process.execPath, [join(examples, name), ...args])
}

/** Runs it in memory, then twice on one file: a program to try out is run more than once. */
function itRuns(name: string, promise: string, lines: readonly string[]): void {
  const run = program(name)
  it(`${name} ${promise}`, async () => {
    const first = await run()
    expect(first).toEqual({ code: 0, stdout: expect.any(String), stderr: '' })
    let from = 0
    for (const line of lines) {
      const at = first.stdout.indexOf(`${line}\n`, from)
      expect(at, `"${line}" is not in, or not in its place of:\n${first.stdout}`).toBeGreaterThanOrEqual(0)
      from = at + line.length
    }
    expect(readdirSync(folder), 'it leaves files behind').toEqual([])
    expect(await run('again.db')).toEqual(first)
    expect(await run('again.db')).toEqual(first)
  })
}

describe('the demo', () => {
  const remember = program('remember.ts')
  const assistant = program('assistant.ts')

  async function demo(): Promise<{ stdout: string; pids: string[]; states: string[]; code: string; answer: string }> {
    const { code: exit, stdout, stderr } = await remember()
    expect({ exit, stderr }, stdout).toEqual({ exit: 0, stderr: '' })
    const opened = [...stdout.matchAll(/^Process (\d+) opens the session, which (.*)\.$/gm)]
    const code = /^ {2}result +seat to Bergen, code (\w+)$/m.exec(stdout)?.[1]
    const answer = /^ {2}assistant +(You are .*)$/m.exec(stdout)?.[1]
    expect({ code, answer }, stdout).toEqual({ code: expect.any(String), answer: expect.any(String) })
    const [pids, states] = [1, 2].map((group) => opened.map((match) => match[group] ?? ''))
    return { stdout, pids: pids ?? [], states: states ?? [], code: code ?? '', answer: answer ?? '' }
  }

  it('lets a second process know what a first one was told', async () => {
    const { stdout, pids, states, code, answer } = await demo()
    expect(new Set(pids).size).toBe(2)
    expect(states).toEqual(['is empty', 'already holds 6 items from earlier processes'])
    expect(stdout).toContain('tool call  book_seat({"city":"Bergen"})\n')
    expect(answer).toBe(`You are Ada, and you have booked: seat to Bergen, code ${code}.`)
    expect(stdout, 'colours where there is no terminal').not.toContain(ansiEscape)
    expect(readdirSync(folder)).toEqual(['sessions-demo.db'])
  })

  it('goes on when it is run again, and starts anew when the file was deleted', async () => {
    const first = await demo()
    const second = await demo()
    expect(second.states).toEqual([
      'already holds 8 items from earlier processes',
      'already holds 14 items from earlier processes',
    ])
    expect(second.stdout).toContain('Good to see you again, Ada.')
    expect(second.code).not.toBe(first.code)
    expect(second.answer).toContain(`code ${first.code}; seat to Bergen, code ${second.code}.`)

    rmSync(join(folder, 'sessions-demo.db'))
    const anew = await demo()
    expect(anew.states).toEqual(first.states)
    expect(anew.answer).toBe(`You are Ada, and you have booked: seat to Bergen, code ${anew.code}.`)
  })

  it('prints a command that shows what is in the file', async () => {
    const { stdout, code } = await demo()
    const command = /^ {2}(node -e .*)$/m.exec(stdout)?.[1]
    const shown = await execute(command ?? 'false', [], true)
    expect(shown.code, shown.stderr).toBe(0)
    const records = shown.stdout.trim().split('\n')
    expect(records).toHaveLength(8)
    expect(JSON.parse(records[4] ?? '')).toMatchObject({ type: 'function_call_result', name: 'book_seat' })
    expect(records[4]).toContain(code)
  })

  it('fails where the history is lost', async () => {
    const forgetful = await assistant('empty.db', 'Who am I?', '--expect', 'Ada')
    expect(forgetful.code).toBe(1)
    expect(forgetful.stdout).toContain('I do not know who you are.')
    expect(forgetful.stderr).toContain('The last answer does not contain "Ada"')
  })

  it('fails where one of its processes does', async () => {
    const failed = await remember(join('no-such-folder', 'demo.db'))
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('does not exist; create it first')
  })
})

describe('the examples', () => {
  itRuns('correct-a-turn.ts', 'asks again as if the mistake had not been made', [
    '  user       What is the capital of Australia?',
    '  assistant  Canberra.',
    'Taken back and asked again. The history is now:',
    '  user       I collect capitals.',
    '  assistant  Ask me for one!',
    '  user       What is the capital of Austria?',
    '  assistant  Vienna. So far you have said: I collect capitals. What is the capital of Austria?',
  ])

  itRuns('edit-a-message.ts', 'goes on from an earlier message, beside the old conversation or in its place', [
    'In a branch, Oslo became Bergen:',
    '  user       I go to Bergen.',
    '  assistant  Noted: I travel in May. I go to Bergen.',
    'journey/edited is a branch of journey, of the same user: ada.',
    'In place, Oslo became Lisbon, and what had been said after it is gone:',
    '  user       I go to Lisbon.',
    '  assistant  Noted: I travel in May. I go to Lisbon.',
  ])

  itRuns('one-run-at-a-time.ts', 'lets the second of two runs wait, be refused, or take over', [
    '  Emma: shelf 4. So far you asked for: Emma.',
    '  Dracula: shelf 7. So far you asked for: Emma, Dracula.',
    '  Ulysses: shelf 7. So far you asked for: Emma, Dracula, Ulysses.',
    '  SESSION_IN_USE',
    "'takeOver': the first is ended, and leaves nothing behind. The second is answered.",
    '  user       Macbeth',
    '  assistant  Macbeth: shelf 7. So far you asked for: Macbeth.',
  ])

  itRuns('watch-a-conversation.ts', 'shows what is added, and says that something was taken back', [
    '  user       What is the capital of Australia?',
    '  assistant  Canberra.',
    'Something was taken back. There are 0 items now.',
    '  user       What is the capital of Austria?',
    '  assistant  Vienna.',
  ])

  itRuns('share-between-agents.ts', 'lets one agent know what another was told', [
    'To the receptionist:',
    '  user       A table for two, please. And I am allergic to nuts.',
    '  tool call  find_table({"guests":2})',
    'To the cook, who was not there:',
    '  assistant  For table 7: the lemon risotto, which is free of nuts.',
  ])

  itRuns('recover-from-errors.ts', 'goes on with the history as it was before the failures', [
    'The main model fails: 503: overloaded. The session still holds its 2 items.',
    'The spare model with live data fails: Failed to run function tools: Error: the order database is down. The session still holds its 2 items.',
    "The spare model with last night's copy answers:",
    '  user       Where is it?',
    '  assistant  I found this: order 17 left on Monday, as of last night.',
  ])

  itRuns('limit-history.ts', 'shows the model less than is stored', [
    'keepLastTurns(2): 20 items are stored. The model sees 9 (264 tokens), and answers:',
    '  Kyoto: 20 °C, Lima: 16 °C',
    'keepWithin(300 tokens): 22 items are stored. The model sees 10 (291 tokens), and answers:',
    '  Kyoto: 20 °C, Lima: 16 °C',
  ])

  itRuns('summarize-old-turns.ts', 'puts a summary in the place of old turns, by hand and by itself', [
    '4 items were summarized, 2 stay as they are:',
    '  system     So far: I travel in May. I go to Oslo. I take the train. I bring a friend.',
  ])

  itRuns('count-tokens.ts', 'counts by agent, by model and by turn, a run that waited once', [
    '  dinner       1600 tokens in, 30 out, in 3 requests',
  ])

  itRuns('encrypt-at-rest.ts', 'keeps a conversation through a change of keys, and from a wrong one', [
    'The file holds 2 envelopes, such as {"__enc__":3,"alg":"XC20P","kid":"2025","payload":"A…',
    '2 items were encrypted again, under the key 2026. The old key may go.',
    '  user       The code is 1234.',
    '  assistant  You said: The code is 1234. What was it?',
    'With a wrong key, popItem() fails: SESSION_DECRYPT_FAILED: Record 1 of those read (oldest first) cannot be decrypted: the key is another one: not the one that is given as "2026". It was left where it is.',
  ])

  const cleanUp = program('clean-up-old-sessions.ts')
  it('clean-up-old-sessions.ts deletes what has not changed for 30 days', async () => {
    const { code, stdout } = await cleanUp()
    expect(code).toBe(0)
    const [before = '', after = ''] = stdout.split(/^Deleted 1 that were last changed before .*$/m)
    const sessionIds = (text: string): string[] =>
      [...text.matchAll(/^ {2}(\S+) +\d+ items/gm)].map(([, id = '']) => id)
    expect(sessionIds(before)).toEqual(['revived', 'recent', 'last-month', 'spring'])
    expect(sessionIds(after)).toEqual(['revived', 'recent', 'last-month'])
  })

  const customSession = program('custom-session.ts')
  it('custom-session.ts passes every case of the kit that it need not skip', async () => {
    const { code, stdout, stderr } = await customSession()
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' })
    const [, passed] = /^FileSession: (\d+) passed, 0 failed, \d+ skipped$/m.exec(stdout) ?? []
    expect(Number(passed), stdout).toBeGreaterThanOrEqual(40)
    expect(readdirSync(folder), 'it leaves files behind').toEqual([])
  })

  it('custom-session.ts exports a class that another program can use', async () => {
    const { FileSession } = await import('../../../examples/custom-session.ts')
    const item = { role: 'user', content: 'kept' } as const
    await new FileSession({ sessionId: 'a', folder }).addItems([item])
    expect(await new FileSession({ sessionId: 'a', folder }).getItems()).toEqual([item])
    expect(await new FileSession({ sessionId: 'A', folder }).getItems()).toEqual([])
  })

  it('are all covered here, and say how they are run', () => {
    const programs = readdirSync(examples)
      .filter((name) => name.endsWith('.ts') && !helpers.includes(name))
      .toSorted()
    expect([...covered].toSorted(), 'a program without a test, or a test without its program').toEqual(programs)
    for (const name of programs)
      expect(readFileSync(join(examples, name), 'utf8')).toContain(`//   node examples/${name}`)
  })
})
