/** The pictures of docs/studio.md: `UPDATE_SCREENSHOTS=1 pnpm exec vitest run screenshots` draws them anew. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { ManualClock } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'
import { provideFonts } from '@sessions/test-servers'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Studio } from '../src/server/listen.ts'
import { seed } from './seed/conversations.ts'
import { seedHistory } from './seed/history.ts'
import { closeBrowser, openPage } from './support/browser.ts'
import { differing, packed } from './support/png.ts'
import { Folder, studioOf } from './support/studio.ts'

const kept = new URL('../../../docs/studio/', import.meta.url)
/** Which part of the pixels may differ: letters are few of them. */
const most = 0.01
const isUpdate = process.env.UPDATE_SCREENSHOTS === '1'

const sizes = { width: 1040, height: 640 }
const kinds = { light: sizes, dark: { ...sizes, dark: true }, narrow: { width: 390, height: 640 } }

/** Where each is, and what is there once it is drawn. */
const views: Readonly<Record<string, { hash: string; ready: (page: Page) => Promise<void> }>> = {
  list: { hash: '#/', ready: (page) => page.getByText('user_ada/oslo', { exact: true }).waitFor() },
  transcript: {
    hash: '#/s/user_ada%2Foslo',
    async ready(page) {
      await page.getByRole('heading', { name: /Turn 3 710 tokens/ }).waitFor()
      await page.getByRole('link', { name: 'failed get_weather' }).click()
      await page.locator('article.target').waitFor()
    },
  },
  compare: {
    hash: '#/compare/user_ada%2Foslo/user_ada%2Foslo-by-boat',
    ready: (page) => page.getByText('By boat it takes a night longer.').waitFor(),
  },
  pictures: { hash: '#/pictures', ready: (page) => page.getByText(/^Of all \d+ sessions/).waitFor() },
}

// Other systems draw letters otherwise.
describe.runIf(existsSync('/etc/debian_version'))('the main pages look as in the documents', () => {
  const folder = new Folder()
  const clock = new ManualClock(Date.parse('2026-01-26T06:00:00Z'))
  let store: SQLiteStore
  let studio: Studio
  beforeAll(async () => {
    await provideFonts()
    store = new SQLiteStore({ path: folder.file('conversations.db'), clock, synchronous: 'NORMAL' })
    await seedHistory(store, clock)
    await seed(store, clock)
    studio = await studioOf(store)
  })
  afterAll(async () => {
    await closeBrowser()
    await studio[Symbol.asyncDispose]()
    await store.close()
    folder[Symbol.dispose]()
  })

  for (const [kind, options] of Object.entries(kinds)) {
    it(`${kind}`, async () => {
      const { page, mistakes } = await openPage(studio.link, { ...options, now: clock.now() + 240_000 })
      for (const [name, { hash, ready }] of Object.entries(views)) {
        const file = new URL(`${name}-${kind}.png`, kept)
        await page.goto(`${new URL(studio.link).origin}/${hash}`)
        await ready(page)
        if (isUpdate) {
          mkdirSync(kept, { recursive: true })
          writeFileSync(file, packed(await steady(page)))
          continue
        }
        const expected = readFileSync(file)
        // What comes a moment later is waited for.
        await expect
          .poll(async () => differing(await page.screenshot(how), expected), {
            message: `${name}-${kind}`,
            interval: 100,
          })
          .toBeLessThan(most)
      }
      expect(mistakes).toEqual([])
      await page.close()
    })
  }

  it('and one is not taken for another', () => {
    const [one, other] = [
      readFileSync(new URL('list-light.png', kept)),
      readFileSync(new URL('pictures-light.png', kept)),
    ]
    expect(differing(packed(one), other)).toBeGreaterThan(most)
  })
})

const how = { animations: 'disabled', caret: 'hide', scale: 'css' } as const

/** Once it stays as it is. */
async function steady(page: Page): Promise<Buffer> {
  let before: Buffer = Buffer.alloc(0)
  for (;;) {
    await page.waitForTimeout(300)
    const now = await page.screenshot(how)
    if (now.equals(before)) return now
    before = now
  }
}
