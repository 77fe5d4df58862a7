import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { SQLiteStore } from '@sessions/sqlite'
import { startPostgres, startRedis } from '@sessions/test-servers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Ended, sessions } from '../../cli/test/support/sessions.ts'
import { seed } from './seed/conversations.ts'
import { Running } from './support/bin.ts'
import { closeBrowser, openPage } from './support/browser.ts'
import { newcomersWalk, prices } from './support/newcomer.ts'
import { Folder } from './support/studio.ts'

const folder = new Folder()
const source = folder.file('seed.db')
const pricesFile = folder.file('prices.json')
beforeAll(async () => {
  writeFileSync(pricesFile, JSON.stringify(prices))
  await using store = new SQLiteStore({ path: source })
  await seed(store)
})
afterAll(async () => {
  await closeBrowser()
  folder[Symbol.dispose]()
})

/** A store of a kind, as it is named to both commands. */
interface Place extends AsyncDisposable {
  flags: readonly string[]
  env: Readonly<Record<string, string>>
}

const places: Readonly<Record<string, () => Promise<Place>>> = {
  Postgres: async () => {
    const server = await startPostgres()
    const env = { SESSIONS_URL: await server.createDatabase() }
    return { flags: [], env, [Symbol.asyncDispose]: () => server.stop() }
  },
  Redis: async () => {
    const server = await startRedis()
    // One that the environment names has the keys of others, too.
    const flags = ['-s', 'env:REDIS', '--key-prefix', `studio-${randomBytes(6).toString('hex')}`]
    return { flags, env: { REDIS: server.url }, [Symbol.asyncDispose]: () => server.stop() }
  },
  'SQLite, encrypted': async () => {
    const env = { SESSIONS_KEY: randomBytes(32).toString('base64') }
    return { flags: ['-s', `sqlite:${folder.file('sealed.db')}`], env, [Symbol.asyncDispose]: async () => {} }
  },
}

it.each(Object.entries(places))('walks, looks on and rewinds on %s', async (_, open) => {
  await using place = await open()
  const { flags, env } = place
  const run = async (...args: string[]): Promise<Ended> => {
    const ended = await sessions(args, { env })
    expect([args, ended.stderr, ended.code]).toEqual([args, '', 0])
    return ended
  }
  const [, to = 'env:SESSIONS_URL', ...more] = flags
  const target = [
    ...more.map((flag) => flag.replace(/^--/, '--to-')),
    ...(env.SESSIONS_KEY ? ['--to-key', 'env:SESSIONS_KEY'] : []),
  ]
  /** What another process writes meanwhile: a session that has grown is completed. */
  const copied = (...which: string[]): Promise<Ended> =>
    run('copy', `sqlite:${source}`, to, ...target, '--create-tables', '--concurrency', '1', ...which)
  await copied()
  await using studio = await Running.start([...flags, '--write', '--prices', pricesFile], { env })
  const { page, mistakes } = await openPage(studio.link)
  await newcomersWalk(page)
  await page.goto(`${new URL(studio.link).origin}/#/s/user_dora%2Fparis`)
  await page.getByText('Is there a night train to Paris?').waitFor()
  const entries = page.getByRole('article')
  const before = await entries.count()
  await using writer = new SQLiteStore({ path: source })
  const question = `Who asks on ${to}?`
  await writer.session('user_dora/paris').addItems([{ role: 'user', content: question }])
  await copied('--prefix', 'user_dora')
  await page.getByText(question).waitFor()
  expect(await entries.count()).toBe(before + 1)
  await entries
    .first()
    .getByRole('button', { name: /^Rewind to/ })
    .click()
  const command = await page.getByRole('dialog').locator('.command pre').textContent()
  expect(command).toMatch(/^sessions rewind user_dora\/paris --to \S+( |$)/)
  expect(command?.endsWith(flags.join(' '))).toBe(true)
  await page.getByRole('button', { name: /^Remove \d/ }).click()
  await page.getByText(question).waitFor({ state: 'detached' })
  expect(await entries.count()).toBe(1)
  const left = await run('show', 'user_dora/paris', '--json', ...flags)
  expect(left.stdout.split('\n').filter((line) => line !== '')).toHaveLength(1)
  expect(mistakes).toEqual([])
  if (env.SESSIONS_KEY) expect(studio.printed).not.toContain(env.SESSIONS_KEY)
  await page.close()
  await writer.session('user_dora/paris').popItem()
})
