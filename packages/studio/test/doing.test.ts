import { readFileSync } from 'node:fs'
import { MemoryStore } from '@sessions/core'
import { importSessions } from '@sessions/core/operations'
import type { SQLiteStore } from '@sessions/sqlite'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Studio } from '../src/server/listen.ts'
import { seed } from './seed/conversations.ts'
import { violations } from './support/axe.ts'
import { closeBrowser, openPage } from './support/browser.ts'
import { shell } from './support/shell.ts'
import { Folder, filledStore, studioOf } from './support/studio.ts'

const folder = new Folder()
const path = folder.file('conversations.db')
const ada = 'user_ada/oslo'
let store: SQLiteStore
let studio: Studio
beforeAll(async () => {
  store = await filledStore(path, seed)
  studio = await studioOf(store, { writes: true })
})
afterAll(async () => {
  await closeBrowser()
  await studio[Symbol.asyncDispose]()
  await store.close()
  folder[Symbol.dispose]()
})
let open: Page[] = []
beforeEach(async () => {
  await Promise.all(open.map((page) => page.close()))
  open = []
})

/** A page on a session, by the keyboard alone from there on. */
async function pageOf(sessionId: string, options = {}): Promise<{ page: Page; mistakes: string[] }> {
  const opened = await openPage(`${studio.link}#/s/${encodeURIComponent(sessionId)}`, options)
  open.push(opened.page)
  await opened.page.getByRole('article').first().waitFor()
  return opened
}

async function entriesOf(sessionId: string): Promise<string[]> {
  return (await store.session(sessionId).page({ limit: 100 })).entries.map(({ id }) => id)
}

const press = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('button', { name, exact: true }).focus()
  await page.keyboard.press('Enter')
}

const focused = (page: Page): Promise<unknown> =>
  page.evaluate('document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent')

/** What the dialog shows as a command. */
async function commandIn(page: Page): Promise<string> {
  return (await page.getByRole('dialog').locator('.command pre').textContent()) ?? ''
}

it('shows nothing of it where the studio only reads', async () => {
  await using reading = await studioOf(store)
  const { page } = await openPage(`${reading.link}#/s/${encodeURIComponent(ada)}`)
  open.push(page)
  await page.getByRole('article').first().waitFor()
  await page.getByText('read-only').waitFor()
  expect(await page.getByRole('button', { name: /Fork|Rewind|Edit|Delete|Export/ }).count()).toBe(0)
  expect(await page.getByRole('checkbox').count()).toBe(0)
})

it('forks from an entry, and shows the command that does the same', async () => {
  const ids = await entriesOf(ada)
  const { page, mistakes } = await pageOf(ada)
  await page.getByText('writes', { exact: true }).waitFor()
  const from = `Fork from entry ${ids.at(-1)}`
  await press(page, from)
  const dialog = page.getByRole('dialog', { name: from })
  await dialog.getByText('The one that is there stays as it is.').waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(await focused(page)).toBe(from)
  await page.keyboard.press('Enter')
  // The id is what the focus is on.
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type("it's a fork")
  const command = await commandIn(page)
  expect(command).toBe(`sessions fork ${ada} 'it'\\''s a fork' --up-to ${ids.at(-1)} -s sqlite:conversations.db`)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: "it's a fork" }).waitFor()
  await page.getByText(`it's a fork begins like ${ada}.`).waitFor()
  expect(await store.session("it's a fork").getItems()).toEqual(await store.session(ada).getItems())
  await page.getByRole('link', { name: "it's a fork" }).first().waitFor()
  // Refused the second time, in the dialog, which stays.
  await page.goto(`${new URL(studio.link).origin}/#/s/${encodeURIComponent(ada)}`)
  await page.getByRole('heading', { name: ada, exact: true }).waitFor()
  await press(page, from)
  await page.getByLabel('Id of the new session').fill("it's a fork")
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('There is a session of that id already').waitFor()
  expect(mistakes.filter((text) => !text.includes('409'))).toEqual([])
  await store.deleteSession("it's a fork")
  expect(await shell(folder.path, command)).toMatchObject({ code: 0, stderr: '' })
  expect(await entriesOf("it's a fork")).toHaveLength(ids.length)
})

it('rewinds to an entry once it was agreed to, and not what came meanwhile', async () => {
  await store.forkSession(ada, 'back')
  const ids = await entriesOf('back')
  const { page, mistakes } = await pageOf('back')
  const to = `Rewind to entry ${ids[7]}`
  await page.getByRole('button', { name: to }).waitFor()
  await press(page, to)
  const dialog = page.getByRole('dialog')
  await dialog.getByText(`Removes 2 entries after #${ids[7]}`).waitFor()
  expect(await violations(page)).toEqual([])
  // What loses something is not done by a key that somebody holds down.
  expect(await focused(page)).toBe('Cancel')
  const command = await commandIn(page)
  expect(command).toBe(`sessions rewind back --to ${ids[8]} -s sqlite:conversations.db`)
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  expect(await focused(page)).toBe(to)
  await page.keyboard.press('Enter')
  await dialog.getByText('Removes 2 entries').waitFor()
  await store.session('back').addItems([{ role: 'user', content: 'Wait!' }])
  await press(page, 'Remove 2 entries')
  await page.getByRole('alert').getByText('now there are 3. Nothing was changed.').waitFor()
  await press(page, 'Look again')
  await press(page, 'Remove 3 entries')
  await dialog.waitFor({ state: 'detached' })
  await page.getByText(`Removed 3 entries after #${ids[7]}.`).waitFor()
  await page.getByText('Wait!').waitFor({ state: 'detached' })
  expect(await entriesOf('back')).toEqual(ids.slice(0, 8))
  await page.getByRole('button', { name: to }).waitFor()
  expect(mistakes.filter((text) => !text.includes('409'))).toEqual([])
  // Without a terminal it needs to be told that nobody is asked.
  await store.deleteSession('back')
  await store.forkSession(ada, 'back')
  const again = (await entriesOf('back'))[8]
  const line = command.replace(`--to ${ids[8]}`, `--to ${again}`)
  expect(await shell(folder.path, line)).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') })
  expect(await shell(folder.path, `${line} --yes`)).toMatchObject({ code: 0, stdout: 'Removed 2 items.\n' })
})

it('does not touch what a run holds, and says until when it does', async () => {
  await store.forkSession(ada, 'held')
  const ids = await entriesOf('held')
  const { page } = await pageOf('held')
  await page.getByRole('button', { name: `Rewind to entry ${ids[7]}` }).waitFor()
  await store.session('held').exclusive(async () => {
    await press(page, `Rewind to entry ${ids[7]}`)
    await page.getByText(/A run holds this session until .* or longer\. Nothing is changed/).waitFor()
    await press(page, 'Remove 2 entries')
    await page.keyboard.press('Escape')
    await press(page, 'Delete')
    await page.getByText(/A run holds this session until/).waitFor()
  })
  expect(await entriesOf('held')).toEqual(ids)
  await press(page, 'Look again')
  await page.getByText(/A run holds this session until/).waitFor({ state: 'detached' })
})

it('edits metadata and deletes, by what is there when it is agreed to', async () => {
  const id = 'odd \u202e"id" $(x)'
  await store.forkSession(ada, id)
  const { page } = await pageOf(id, { width: 400, dark: true })
  await press(page, 'Edit metadata')
  const text = page.getByLabel('Metadata, as a JSON object')
  await page.getByText('Nothing is changed yet.').waitFor()
  await text.fill('{ "app"')
  await page.getByText('This is no JSON object.').waitFor()
  await text.fill('{ "app": "it\'s", "a=b": [1, null], "forkedFrom": "x" }')
  await page.getByText('Sets app, a=b, forkedFrom and removes userId.').waitFor()
  expect(await violations(page)).toEqual([])
  const command = await commandIn(page)
  expect(command).not.toMatch(/\p{C}/u)
  await press(page, 'Change')
  await page.getByText(/^The metadata of odd .* are changed/).waitFor()
  const changed = { app: "it's", 'a=b': [1, null], forkedFrom: 'x' }
  expect((await store.getSessionInfo(id))?.metadata).toEqual(changed)
  await store.session(id).setMetadata({ app: 'travel-desk', 'a=b': undefined, forkedFrom: ada, userId: 'ada' })
  expect(await shell(folder.path, command)).toMatchObject({ code: 0, stderr: '' })
  expect((await store.getSessionInfo(id))?.metadata).toEqual(changed)
  await press(page, 'Delete')
  await page.getByText('Deletes the session with its 10 items').waitFor()
  expect(await violations(page)).toEqual([])
  const remove = await commandIn(page)
  await store.session(id).popItem()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByRole('alert').getByText('was changed since').waitFor()
  await press(page, 'Look again')
  await page.getByText('with its 9 items').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
  await page.locator('main.empty').waitFor()
  expect(await page.evaluate('document.activeElement.id')).toBe('search')
  expect(await store.getSessionInfo(id)).toBeUndefined()
  await store.forkSession(ada, id)
  expect(await shell(folder.path, `${remove} --yes`)).toMatchObject({ code: 0 })
  expect(await store.getSessionInfo(id)).toBeUndefined()
})

it('exports what is chosen as a file that can be imported', async () => {
  const { page, mistakes } = await pageOf(ada)
  for (const id of [ada, 'user_dora/paris'])
    await page.getByRole('checkbox', { name: `Select ${id}`, exact: true }).check()
  expect(await violations(page)).toEqual([])
  await press(page, 'Export 2 sessions')
  await page.getByText('Saves everything of 2 sessions as JSON Lines').waitFor()
  expect(await violations(page)).toEqual([])
  const command = await commandIn(page)
  const saving = page.waitForEvent('download')
  await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click()
  const download = await saving
  expect(download.suggestedFilename()).toBe('sessions.jsonl')
  const saved = readFileSync(await download.path(), 'utf8')
  await using other = new MemoryStore()
  expect(await importSessions(other, saved.split(/(?<=\n)/))).toMatchObject({ created: 2 })
  expect(await other.session(ada).getItems()).toEqual(await store.session(ada).getItems())
  expect(await shell(folder.path, command)).toMatchObject({ code: 0, stderr: '' })
  expect(readFileSync(folder.file('sessions.jsonl'), 'utf8')).toBe(saved)
  await press(page, 'Select none')
  await expect.poll(() => page.getByRole('checkbox', { checked: true }).count()).toBe(0)
  expect(mistakes).toEqual([])
})
