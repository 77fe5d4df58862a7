import { request } from 'node:http'
import { MemoryStore, type SessionStore } from '@sessions/core'
import { ManualClock } from '@sessions/core/testing'
import { addUsage } from '@sessions/core/usage'
import { SQLiteStore } from '@sessions/sqlite'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Studio } from '../src/server/listen.ts'
import { added, bucketOf, lowestOf, noSums, type Sums, type SumsPart } from '../src/shared/pictures.ts'
import { cookieOf, get } from './support/ask.ts'
import { violations } from './support/axe.ts'
import { closeBrowser, openPage } from './support/browser.ts'
import { Folder, studioOf } from './support/studio.ts'

const folder = new Folder()
const clock = new ManualClock(Date.parse('2026-03-10T20:00:00Z'))
let store: SQLiteStore
let studio: Studio
beforeAll(async () => {
  store = new SQLiteStore({ path: folder.file('a.db'), clock })
  await fill(store)
  studio = await studioOf(store)
})
afterAll(async () => {
  await closeBrowser()
  await studio[Symbol.asyncDispose]()
  await store.close()
  folder[Symbol.dispose]()
})

/** 5 minutes of an answer on the first evening, and each day after it a session that is longer by an item. */
async function fill(filled: SessionStore): Promise<void> {
  const slow = filled.session('slow')
  await slow.addItems([{ role: 'user', content: 'How long will it take?' }])
  clock.advance(300_000)
  await slow.addItems([{ role: 'assistant', content: [{ type: 'output_text', text: 'So.' }], status: 'completed' }])
  await addUsage(slow, runOf('model-a', 'Triage', 1_000, 100), { runId: 'r1', clock })
  for (let day = 0; day < 3; day++) {
    clock.advance(86_400_000)
    const session = filled.session(`day_${day}`)
    await session.addItems(
      Array.from({ length: day + 1 }, () => ({ role: 'user' as const, content: 'x'.repeat(1_000) })),
    )
    await addUsage(session, runOf('model-b', 'Billing', 10, day), { runId: 'r1', clock })
  }
  // Metadata are anybody's.
  await filled
    .session('odd')
    .setMetadata({ usage: { version: 1, agents: null, models: { m: 7 }, turns: [null, { at: 'x' }] } })
}

function runOf(model: string, name: string, inputTokens: number, outputTokens: number): Parameters<typeof addUsage>[1] {
  const usage = { requests: 1, inputTokens, outputTokens }
  const output = [{ type: 'message', of: name }]
  return {
    state: { usage },
    newItems: [{ rawItem: output[0], agent: { name } }],
    rawResponses: [{ usage, output, providerData: { model } }],
  }
}

async function sums(query: string, on: Studio = studio): Promise<Sums & { parts: number }> {
  let [all, after, parts]: [Sums, string, number] = [noSums, '', 0]
  for (;;) {
    const part = await get<SumsPart>(on, `/api/pictures?${query}${after}`)
    all = added([all, part])
    parts++
    if (part.next === undefined) return { ...all, parts }
    after = `&after=${encodeURIComponent(part.next)}`
  }
}

it('sums what sessions come to, by the days of whoever looks, however many steps it takes', async () => {
  const all = await sums('timeZone=UTC')
  expect(all).toMatchObject({ sessions: 5, cut: 0 })
  expect(all.days).toEqual([
    { day: '2026-03-10', sessions: 1, items: 2 },
    { day: '2026-03-11', sessions: 1, items: 1 },
    { day: '2026-03-12', sessions: 1, items: 2 },
    { day: '2026-03-13', sessions: 2, items: 3 },
  ])
  // One of 0 items, one of 1, and three of 2 and 3.
  expect(all.lengths).toEqual([1, 1, 3])
  const bytes = await Promise.all(['slow', 'day_0', 'day_1', 'day_2', 'odd'].map(bytesOf))
  expect(all.sizes.flatMap((count, bucket) => Array(count).fill(bucket))).toEqual(
    bytes.map(bucketOf).sort((one, other) => one - other),
  )
  expect(all.largest.map(({ sessionId, items, bytes }) => [sessionId, items, bytes])).toEqual([
    ['day_2', 3, bytes[3]],
    ['day_1', 2, bytes[2]],
    ['day_0', 1, bytes[1]],
    ['slow', 2, bytes[0]],
    ['odd', 0, 0],
  ])
  expect(all.slowest.map(({ sessionId, longestTurn }) => [sessionId, longestTurn])).toEqual([['slow', 300_000]])
  expect(all.tokens.filter(({ by }) => by === 'model').sort(byDay)).toEqual([
    { day: '2026-03-10', by: 'model', name: 'model-a', input: 1_000, output: 100 },
    { day: '2026-03-11', by: 'model', name: 'model-b', input: 10, output: 0 },
    { day: '2026-03-12', by: 'model', name: 'model-b', input: 10, output: 1 },
    { day: '2026-03-13', by: 'model', name: 'model-b', input: 10, output: 2 },
  ])
  expect(new Set(all.tokens.filter(({ by }) => by === 'agent').map(({ name }) => name))).toEqual(
    new Set(['Triage', 'Billing']),
  )
  const { parts, ...inSteps } = await sums('timeZone=UTC&limit=2')
  expect(parts).toBeGreaterThanOrEqual(3)
  expect({ ...inSteps, tokens: [...inSteps.tokens].sort(byDay) }).toEqual({
    ...all,
    parts: undefined,
    tokens: [...all.tokens].sort(byDay),
  })
  const tokyo = await sums('timeZone=Asia%2FTokyo')
  expect(tokyo.days.map(({ day }) => day)).toEqual(['2026-03-11', '2026-03-12', '2026-03-13', '2026-03-14'])
  await expect(sums('timeZone=Nowhere')).rejects.toThrow('400')
  await expect(sums('')).rejects.toThrow('400')
})

function byDay(one: Sums['tokens'][number], other: Sums['tokens'][number]): number {
  return `${one.day}${one.by}` < `${other.day}${other.by}` ? -1 : 1
}

async function bytesOf(id: string): Promise<number> {
  return (await store.records.read(id)).reduce((total, record) => total + Buffer.byteLength(record), 0)
}

it('says without a day what was used in runs of which only the total is kept', async () => {
  await using other = new MemoryStore()
  const session = other.session('s')
  for (let run = 0; run < 102; run++) await addUsage(session, runOf('m', 'A', 5, 1), { runId: `r${run}`, clock })
  await using on = await studioOf(other)
  const { tokens } = await sums('timeZone=UTC', on)
  expect(tokens.filter(({ by }) => by === 'model')).toEqual([
    { day: '2026-03-13', by: 'model', name: 'm', input: 500, output: 100 },
    { by: 'model', name: 'm', input: 10, output: 2 },
  ])
})

it('ends what it reads when the page goes', async () => {
  await using other = new MemoryStore()
  for (let index = 0; index < 300; index++) await other.session(`s_${index}`).addItems([{ role: 'user', content: 'x' }])
  let reads = 0
  const { promise: begun, resolve: onBegin } = Promise.withResolvers<void>()
  const { promise: gone, resolve: onGone } = Promise.withResolvers<void>()
  const { entries } = other.records
  other.records.entries = async function slow(...query) {
    reads++
    onBegin()
    await gone
    return await entries.apply(this, query)
  }
  await using on = await studioOf(other)
  const { port } = new URL(on.link)
  const headers = { cookie: await cookieOf(on) }
  const asked = request({ host: '127.0.0.1', port, path: '/api/pictures?timeZone=UTC', headers })
  const { promise: closed, resolve: onClose } = Promise.withResolvers<void>()
  asked.on('error', () => {}).on('close', onClose)
  asked.end()
  await begun
  asked.destroy()
  await closed
  // What is asked after it is answered after the server has heard that the first is gone.
  await get(on, '/api/about')
  onGone()
  other.records.entries = entries
  expect((await get<SumsPart>(on, '/api/pictures?timeZone=UTC&limit=300')).sessions).toBeGreaterThan(0)
  expect(reads).toBe(1)
})

it('has a bucket for every number, in order', () => {
  expect([0, 1, 2, 4, 5, 9, 10, 19, 20, 50, 100, 1_000].map(bucketOf)).toEqual([0, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 10])
  for (let bucket = 0; bucket < 30; bucket++) expect(bucketOf(lowestOf(bucket))).toBe(bucket)
})

it('draws them, and has each picture as a table that the keyboard reaches', async () => {
  const { page, mistakes, requests } = await openPage(studio.link)
  await page.getByRole('banner').getByRole('link', { name: 'Pictures' }).click()
  await page.getByText('Of all 5 sessions.').waitFor()
  const pictures = page.getByRole('img', { name: /The numbers are in the table/ })
  expect(await pictures.count()).toBe(6)
  for (const picture of await pictures.all()) expect(await inked(picture)).toBeGreaterThan(50)
  expect(await page.getByRole('img', { name: /^Items by the day/ }).getAttribute('aria-label')).toContain(
    'From 10 Mar 2026 to 13 Mar 2026. Highest: 3, 13 Mar 2026.',
  )
  await page.getByText('Table: Tokens by day and model').focus()
  await page.keyboard.press('Enter')
  const table = page.getByRole('region', { name: 'Table: Tokens by day and model' })
  await table.waitFor()
  const texts = async (selector: string): Promise<string[]> => await table.locator(selector).allInnerTexts()
  expect((await texts('thead th')).map((text) => text.trim())).toEqual(['Day', 'model-a', 'model-b'])
  expect(await texts('tbody tr')).toEqual([
    '10 Mar 2026\t1,100\t0',
    '11 Mar 2026\t0\t10',
    '12 Mar 2026\t0\t11',
    '13 Mar 2026\t0\t12',
  ])
  expect(await texts('tfoot tr')).toEqual(['in all\t1,100\t33'])
  const slow = page.getByRole('region', { name: 'The slowest conversations' })
  expect(await slow.locator('tbody tr').allInnerTexts()).toEqual([expect.stringMatching(/^slow\s+5 min\s+2$/)])
  await slow.getByRole('link', { name: 'slow' }).click()
  await page.getByText('How long will it take?').waitFor()
  expect(mistakes).toEqual([])
  expect(requests.filter((url) => !url.startsWith(new URL(studio.link).origin) && !url.startsWith('data:'))).toEqual([])
})

/** How many pixels of a picture are neither clear nor grey: those of its bars. */
async function inked(picture: Locator): Promise<number> {
  return await picture.locator('canvas').evaluate((canvas: Canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    let pixels = 0
    for (let at = 0; at < data.length; at += 4) {
      const [red = 0, green = 0, blue = 0, alpha = 0] = data.slice(at, at + 4)
      if (alpha > 200 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) pixels++
    }
    return pixels
  })
}

/** What is used of a canvas: the tests have no types of browsers. */
interface Canvas {
  width: number
  height: number
  getContext(kind: '2d'): { getImageData(...area: number[]): { data: Uint8ClampedArray } }
}

it('stops after so many sessions, says so, and goes on when it is told', async () => {
  await using other = new MemoryStore()
  for (let index = 0; index < 5_050; index++) await other.session(`s_${index}`).setMetadata({ index })
  await using on = await studioOf(other)
  const { page, requests } = await openPage(`${on.link}#/pictures`)
  await page.getByText('Of the newest 5,000 sessions.').waitFor()
  await page.getByRole('button', { name: 'Look at the next 5,000' }).click()
  await page.getByText('Of all 5,050 sessions.').waitFor()
  await page.getByRole('link', { name: 's_5049' }).first().click()
  const asked = requests.filter((url) => url.includes('/api/pictures')).length
  expect(asked).toBeGreaterThanOrEqual(11)
})

it('has names for screen readers and colours that can be told, light, dark and narrow', async () => {
  for (const options of [{ dark: true }, { width: 400 }]) {
    const { page, mistakes } = await openPage(`${studio.link}#/pictures`, options)
    await page.getByText('Of all 5 sessions.').waitFor()
    await page.getByText('Table: Tokens by day and agent').click()
    await page.getByRole('row', { name: 'in all' }).waitFor()
    expect([options, await violations(page)]).toEqual([options, []])
    const overflow = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
    expect(overflow).toBe(false)
    expect(mistakes).toEqual([])
    await page.close()
  }
})
