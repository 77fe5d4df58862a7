import { SQLiteStore } from '@sessions/sqlite'
import { afterAll, expect, it } from 'vitest'
import { closeBrowser, openPage } from './support/browser.ts'
import { Folder, filledStore, studioOf } from './support/studio.ts'

afterAll(closeBrowser)

it('shows what is added, taken back and held, as it happens, also by another connection', async () => {
  using folder = new Folder()
  const path = folder.file('a.db')
  await using store = await filledStore(path, async (filled) => {
    await filled.session('s').addItems([{ role: 'user', content: 'Hello' }])
  })
  await using writer = new SQLiteStore({ path })
  await using studio = await studioOf(store)
  const { page, mistakes } = await openPage(`${studio.link}#/s/s`)
  await page.getByText('Hello').waitFor()
  const session = writer.session('s')
  await session.addItems([
    { type: 'function_call', callId: 'c', name: 'slow', arguments: '{}', status: 'completed' },
    { role: 'assistant', content: [{ type: 'output_text', text: 'Meanwhile.' }], status: 'completed' },
  ])
  await page.getByText('Meanwhile.').waitFor()
  await page.getByText('There is no result yet').waitFor()
  await page.getByRole('link', { name: 'pending slow' }).waitFor()
  await session.addItems([
    {
      type: 'function_call_result',
      callId: 'c',
      name: 'slow',
      output: { type: 'text', text: 'At last.' },
      status: 'completed',
    },
  ])
  await page.getByText('At last.').waitFor()
  await page.getByText('1 entry later').waitFor()
  expect(await page.locator('article').count()).toBe(3)
  await session.exclusive(async () => {
    await page.getByText(/in use by a run, until/).waitFor()
  })
  await page.getByText(/in use by a run/).waitFor({ state: 'detached' })
  await session.rewind({ turns: 1 })
  await page.getByText('There are no entries.').waitFor()
  await session.addItems([{ role: 'user', content: 'Again' }])
  await page.getByText('Again').waitFor()
  await store.records.commit('s', { append: ['no JSON'] })
  await page.getByText('This record is corrupt').waitFor()
  await session.addItems([{ role: 'user', content: 'After what is corrupt' }])
  await page.getByText('After what is corrupt').waitFor()
  await writer.session('new').addItems([{ role: 'user', content: 'x' }])
  await page.locator('.row', { hasText: 'new' }).waitFor()
  expect(mistakes).toEqual([])
})
