import type { SQLiteStore } from '@sessions/sqlite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Studio } from '../src/server/listen.ts'
import { seed } from './seed/conversations.ts'
import { violations } from './support/axe.ts'
import { closeBrowser, openPage } from './support/browser.ts'
import { newcomersWalk, prices } from './support/newcomer.ts'
import { Folder, filledStore, studioOf } from './support/studio.ts'

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
  await newcomersWalk(page)
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
