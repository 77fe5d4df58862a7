import { MemoryStore } from '@sessions/core'
import type { Page } from 'playwright-core'
import { afterAll, expect, it } from 'vitest'
import { closeBrowser, openPage } from './support/browser.ts'
import { studioOf } from './support/studio.ts'

afterAll(closeBrowser)

/** More than the page keeps of either. */
const [sessions, entries] = [2_150, 1_650]

it('scrolls through more sessions and entries than it keeps, there and back, with few rows at a time', async () => {
  await using store = new MemoryStore()
  for (let index = 0; index < sessions; index++)
    await store.session(`s_${index}`).addItems([{ role: 'user', content: 'x' }])
  const items = Array.from({ length: entries }, (_, index) => ({ role: 'user' as const, content: `entry ${index}.` }))
  await store.session('long').addItems(items)
  await using studio = await studioOf(store)
  const { page, mistakes } = await openPage(studio.link)
  await page.getByText('long', { exact: true }).waitFor()
  await scrollUntil(page, '.sessions .scroller', 9_000, 's_0')
  await scrollUntil(page, '.sessions .scroller', -9_000, 'long')
  await page.locator('.row', { hasText: 'long' }).click()
  await page.getByText(`entry ${entries - 1}.`, { exact: true }).waitFor()
  await scrollUntil(page, '.transcript .scroller', -9_000, 'entry 0.')
  await scrollUntil(page, '.transcript .scroller', 9_000, `entry ${entries - 1}.`)
  expect(mistakes).toEqual([])
})

/** Scrolls as long as it leads on; each time what is there is little, however much there is. */
async function scrollUntil(page: Page, scroller: string, by: number, text: string): Promise<void> {
  const wanted = page.locator(scroller).getByText(text, { exact: true })
  await expect
    .poll(
      async () => {
        await page.evaluate(`document.querySelector('${scroller}').scrollBy(0, ${by})`)
        expect(await page.locator(`${scroller} li[data-index]`).count()).toBeLessThan(60)
        return await wanted.count()
      },
      { interval: 20 },
    )
    .toBeGreaterThan(0)
}
