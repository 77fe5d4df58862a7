import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** What a million tokens cost, for the seeded conversations. */
export const prices = { currency: 'EUR', models: { 'scripted-1': { input: 2, output: 8, cached: 1 } } }

/** Finds the newest conversation of a user, the call that failed in it, what it cost, and how its fork differs; by what the page says alone. */
export async function newcomersWalk(page: Page): Promise<void> {
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
}
