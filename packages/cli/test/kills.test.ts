import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { SQLiteStore } from '@sessions/sqlite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Folder } from './support/seed.ts'
import { sessions, values } from './support/sessions.ts'

const program = new URL('../src/cli.ts', import.meta.url).pathname
const folder = new Folder()
const count = 400
const store = `sqlite:${folder.file('from.db')}`
const [dump, keys] = [folder.file('dump.jsonl'), folder.file('keys')]
let whole = ''

beforeAll(async () => {
  await using from = new SQLiteStore({ path: folder.file('from.db') })
  for (let index = 0; index < count; index++) {
    await from
      .session(`session ${index}`)
      .addItems(Array.from({ length: 25 }, (_, n) => ({ role: 'user', content: `${n}` })))
  }
  whole = await exported(store)
  writeFileSync(dump, whole)
  writeFileSync(keys, 'correct horse battery staple\n')
})
afterAll(() => folder[Symbol.dispose]())

async function exported(url: string, ...more: string[]): Promise<string> {
  const { code, stdout } = await sessions(['export', '-s', url, ...more])
  expect(code).toBe(0)
  return stdout
}

/** Runs it until something of it is to be seen in the store, and kills it then; it may have been quicker. */
async function killed(
  args: readonly string[],
  path: string,
  isUnderWay: (store: SQLiteStore) => Promise<boolean>,
): Promise<void> {
  const child = spawn(process.execPath, [program, ...args], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  await using looking = new SQLiteStore({ path })
  while (child.exitCode === null && !(await isUnderWay(looking))) await wait(1)
  child.kill('SIGKILL')
  await ended
}

async function listed(store: SQLiteStore): Promise<number> {
  let sessions = 0
  for await (const _ of store.listSessions()) sessions++
  return sessions
}

it.each([
  ['copy', (to: string) => ['copy', store, to]],
  ['import', (to: string) => ['import', dump, '-s', to]],
] as const)('%s is killed, and ends right when it is run again', async (name, argsTo) => {
  const path = folder.file(`${name}.db`)
  const to = `sqlite:${path}`
  await killed(argsTo(to), path, async (found) => (await listed(found)) > 0)
  // What is there is whole: each session has all of its items.
  const there = values<{ itemCount: number }>(await sessions(['ls', '-s', to, '--json']))
  expect(there.filter(({ itemCount }) => itemCount !== 25)).toEqual([])
  const again = await sessions([...argsTo(to), '--json'])
  expect(values(again)).toMatchObject([{ equal: there.length, created: count - there.length }])
  expect(await exported(to)).toBe(whole)
})

it('rekey and prune are killed, and end right when they are run again', async () => {
  const path = folder.file('killed.db')
  const at = ['-s', `sqlite:${path}`]
  expect((await sessions(['import', dump, ...at])).code).toBe(0)
  const rekey = ['rekey', '--plaintext', '--key', `file:${keys}`, ...at]
  await killed(rekey, path, async (found) => {
    const [newest] = await found.session(`session ${count - 1}`).getItems(1)
    return newest !== undefined && '__enc__' in newest
  })
  expect((await sessions(rekey)).code).toBe(0)
  expect(await exported(`sqlite:${path}`, '--key', `file:${keys}`)).toBe(whole)
  const prune = ['prune', '--prefix', 'session', '--yes', ...at]
  await killed(prune, path, async (found) => (await listed(found)) < count)
  const left = values<{ itemCount: number }>(await sessions(['ls', ...at, '--json']))
  expect(left.filter(({ itemCount }) => itemCount !== 25)).toEqual([])
  expect(values(await sessions([...prune, '--json']))).toEqual([{ sessions: left.length, dryRun: false }])
  expect((await sessions(['ls', ...at, '--ids'])).stdout).toBe('')
})
