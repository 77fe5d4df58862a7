import type { SQLiteStore } from '@sessions/sqlite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Studio } from '../src/server/listen.ts'
import { seed } from './seed/conversations.ts'
import { violations } from './support/axe.ts'
import { closeBrowser, openPage } from './support/browser.ts'
import { Folder, filledStore, studioOf } from './support/studio.ts'

const prices = { currency: 'EUR', models: { 'scripted-1': { input: 2, output: 8, cached: 1 } } }
const folder = new Folder()
let store: SQLiteStore
let studio: Studio
beforeAll(async () => {
  store = await filledStore(folder.file('conversations.db'), seed)
  studio = await studioOf(store, { prices })
})
afterAll(async () => {
  await closeBrowser()
  await studio[Symbol.asyncDispose]()
  await store.close()
  folder[Symbol.dispose]()
})

it('leads a newcomer to the newest conversation of a user, the call that failed, its tokens and its fork', async () => {
  const { page, mistakes, requests } = await openPage(studio.link)
  // The token does not stay in the address bar.
  await page.waitForURL((url) => url.search === '')
  await page.getByRole('searchbox').fill('ada')
  await page.getByText(/2 sessions found/).waitFor()
  await page.locator('.row').first().click()
  await page.getByRole('heading', { name: 'user_ada/oslo', exact: true }).waitFor()
  await page.getByRole('link', { name: 'failed get_weather' }).click()
  const failed = page.locator('article.target')
  await failed.getByText('Atlantis').first().waitFor()
  expect(await failed.locator('header .badge').textContent()).toBe('failed')
  expect(await failed.locator('.arguments').textContent()).toContain('Atlantis')
  expect(await failed.locator('.answer').textContent()).toContain('An error occurred')
  expect(await page.locator('header.session').textContent()).toMatch(/2,330 tokens: 2,230 in .*0\.0047 EUR/)
  await page.getByRole('heading', { name: /Turn 1/ }).waitFor()
  expect(await page.getByRole('heading', { name: /Turn 1/ }).textContent()).toContain('990 tokens')
  await page.getByRole('link', { name: 'user_ada/oslo-by-boat', exact: true }).click()
  await page.getByText('By boat it takes a night longer.').waitFor()
  await page.getByRole('link', { name: 'Side by side: user_ada/oslo and user_ada/oslo-by-boat' }).click()
  await page.getByText('They begin with the same 8 items.').waitFor()
  const [left, right] = [
    page.getByRole('region', { name: 'user_ada/oslo', exact: true }),
    page.getByRole('region', { name: 'user_ada/oslo-by-boat' }),
  ]
  expect(await left.getByRole('article').allTextContents()).toEqual([
    expect.stringContaining('How long is the train?'),
    expect.stringContaining('seven hours'),
  ])
  expect(await right.getByRole('article').allTextContents()).toEqual([
    expect.stringContaining('And by boat?'),
    expect.stringContaining('a night longer'),
  ])
  expect(mistakes).toEqual([])
  expect(requests.filter((url) => !url.startsWith(new URL(studio.link).origin) && !url.startsWith('data:'))).toEqual([])
})

it('shows approvals, hand-offs, reasoning and pictures as what they are', async () => {
  const { page } = await openPage(`${studio.link}#/s/user_bob%2Fbergen`)
  await page.getByText('There is no result yet').waitFor()
  const badges = page.locator('article header .badge')
  await page.getByRole('button', { name: 'Oldest' }).click()
  await page.getByText('Tool execution was not approved.').waitFor()
  expect(await badges.allInnerTexts()).toContain('not approved')
  await page.goto(`${new URL(studio.link).origin}/#/s/user_cleo%2Finvoice`)
  await page.getByText('Prices rose in March').waitFor()
  expect(await page.getByText('An invoice is a matter for Billing.').isVisible()).toBe(false)
  await page.getByText('What it thought').click()
  expect(await page.getByText('An invoice is a matter for Billing.').isVisible()).toBe(true)
  await page.getByRole('heading', { name: 'Hand-off to Billing' }).waitFor()
  const pictures = page.locator('article img')
  expect(await pictures.count()).toBe(2)
  for (const picture of await pictures.all()) {
    await expect
      .poll(() => picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth))
      .toBeGreaterThan(0)
  }
})

it('is worked by the keyboard: search, entries, JSON', async () => {
  const { page } = await openPage(`${studio.link}#/s/user_ada%2Foslo`)
  await page.getByText('By train it takes seven hours.').waitFor()
  await page.keyboard.press('/')
  expect(await page.evaluate('document.activeElement.id')).toBe('search')
  await page.getByRole('button', { name: 'Oldest' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('What is the weather in Oslo and in Atlantis?').waitFor()
  const focused = (): Promise<unknown> => page.evaluate('document.activeElement.dataset.entry')
  await page.keyboard.press('j')
  await expect.poll(focused).toBeTruthy()
  const first = await focused()
  await page.keyboard.press('j')
  await expect.poll(focused).not.toBe(first)
  await page.keyboard.press('k')
  await expect.poll(focused).toBe(first)
  await page.keyboard.press('c')
  await page.getByText(`Copied entry ${first}.`).waitFor()
  const copied = await page.evaluate('navigator.clipboard.readText()')
  expect(JSON.parse(String(copied))).toMatchObject({ role: 'user' })
  await page.getByRole('button', { name: `JSON of entry ${first}` }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByText('"role": "user"').waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
})

const sizes = [{ width: 1280 }, { width: 1280, dark: true }, { width: 400 }]

it('has names for screen readers and colours that can be told, light, dark and narrow', async () => {
  for (const options of sizes) {
    const { page, mistakes } = await openPage(studio.link, options)
    await page.locator('.row').first().waitFor()
    expect(await violations(page)).toEqual([])
    // Every kind of entry once; the others look the same.
    for (const id of options.dark ? ['user_bob/bergen'] : ['user_ada/oslo', 'user_cleo/invoice']) {
      await page.goto(`${new URL(studio.link).origin}/#/s/${encodeURIComponent(id)}`)
      await page.getByRole('heading', { name: id }).waitFor()
      await page.getByRole('article').first().waitFor()
      expect([id, options, await violations(page)]).toEqual([id, options, []])
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth > document.documentElement.clientWidth',
      )
      expect(overflow).toBe(false)
    }
    expect(mistakes).toEqual([])
    await page.close()
  }
})
