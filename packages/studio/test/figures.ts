/**
 * What scrolling costs: `pnpm bench:studio [runs] [cpu]` fills a file with 1,000,000 sessions and a conversation of 100,000 entries, scrolls
 * through both in Chromium, and prints medians. `cpu` is by how much the browser is slowed down.
 */
import { DatabaseSync } from 'node:sqlite'
import type { AgentInputItem } from '@openai/agents'
import { SQLiteStore } from '@sessions/sqlite'
import type { Page } from 'playwright-core'
import { buildPage } from '../../../scripts/packages/page.ts'
import { closeBrowser, openPage } from './support/browser.ts'
import { Folder, studioOf } from './support/studio.ts'

const [runs = 5, cpu = 1] = process.argv.slice(2).map(Number)
const [sessions, entries] = [1_000_000, 100_000]

interface Figures {
  /** Until the first row was there, in milliseconds. */
  visible: number
  /** The longest task while it scrolled, in milliseconds, and how many were over 50. */
  longest: number
  over50: number
  /** JSHeapUsedSize, in megabytes. */
  heap: number
}

async function fill(path: string): Promise<void> {
  {
    await using store = new SQLiteStore({ path, synchronous: 'NORMAL' })
    for (let index = 0; index < entries / 5; index += 400)
      await store.session('long').addItems(Array.from({ length: 400 }, (_, offset) => turn(index + offset)).flat())
  }
  using database = new DatabaseSync(path)
  const time = "strftime('%Y-%m-%d %H:%M:%f', 1.7e9 + i, 'unixepoch')"
  database.exec(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${sessions})
    INSERT INTO agent_sessions (session_id, created_at, updated_at)
    SELECT printf('user_%07d/conversation', i), ${time}, ${time} FROM n;
    INSERT INTO agent_sessions_metadata (session_id, key, value)
    SELECT session_id, '"userId"', '"ada"' FROM agent_sessions WHERE session_id <> 'long'`)
}

/** A question, a call with its result, and an answer of some lines. */
function turn(number: number): AgentInputItem[] {
  const text = `Answer ${number}. ${'It is as it was, and will be so for a while. '.repeat(1 + (number % 17))}`
  const result = JSON.stringify({
    number,
    rows: Array.from({ length: number % 9 }, (_, row) => ({ row, name: `row ${row}` })),
  })
  const name = 'look_up'
  return [
    { role: 'user', content: `Question ${number}?` },
    { type: 'function_call', callId: `c${number}`, name, arguments: JSON.stringify({ number }), status: 'completed' },
    {
      type: 'function_call_result',
      callId: `c${number}`,
      name,
      output: { type: 'text', text: result },
      status: 'completed',
    },
    { role: 'assistant', content: [{ type: 'output_text', text }], status: 'completed' },
    { role: 'user', content: 'Thanks.' },
  ]
}

/** Turns of a wheel, then leaps, as somebody does who looks for something; both ways. */
async function scroll(page: Page, scroller: string): Promise<void> {
  await page.locator(scroller).hover()
  for (const step of [-240, -240, 240, -600]) {
    for (let turn = 0; turn < 60; turn++) {
      await page.mouse.wheel(0, scroller.startsWith('.sessions') ? -step : step)
      await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))')
    }
  }
  for (let leap = 0; leap < 20; leap++) {
    await page.evaluate(`document.querySelector('${scroller}').scrollBy(0, ${leap % 5 === 4 ? 9_000 : -9_000})`)
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))')
  }
}

async function measure(link: string, first: string, scroller: string): Promise<Figures> {
  const { page } = await openPage('about:blank')
  page.setDefaultTimeout(60_000)
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable')
  if (cpu > 1) await devtools.send('Emulation.setCPUThrottlingRate', { rate: cpu })
  const begun = performance.now()
  await page.goto(link)
  await page.locator(first).first().waitFor()
  const visible = performance.now() - begun
  await page.evaluate(`window.tasks = []; new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.tasks.push(duration)
  }).observe({ type: 'longtask' })`)
  await scroll(page, scroller)
  const tasks = (await page.evaluate('window.tasks')) as number[]
  await devtools.send('HeapProfiler.collectGarbage')
  const { metrics } = await devtools.send('Performance.getMetrics')
  const heap = (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0) / 1e6
  await page.context().close()
  return { visible, longest: Math.max(0, ...tasks), over50: tasks.length, heap }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}

await buildPage(new URL('../page', import.meta.url).pathname, new URL('../dist/page', import.meta.url).pathname)
using folder = new Folder()
const path = process.env.SESSIONS_FIGURES_FILE ?? folder.file('conversations.db')
await fill(path)
await using store = new SQLiteStore({ path })
await using studio = await studioOf(store)
const places = [
  ['1,000,000 sessions', `${studio.link}#/`, '.row', '.sessions .scroller'],
  ['100,000 entries', `${studio.link}#/s/long`, 'article', '.transcript .scroller'],
] as const
for (const [name, link, first, scroller] of places) {
  const all: Figures[] = []
  for (let run = 0; run < runs; run++) all.push(await measure(link, first, scroller))
  const text = (key: keyof Figures): string => {
    const values = all.map((figures) => figures[key])
    return `${median(values).toFixed(0)} (${values.map((value) => value.toFixed(0)).join(' ')})`
  }
  console.log(
    `${name}: visible after ${text('visible')} ms, longest task ${text('longest')} ms, over 50 ms ${text('over50')}, heap ${text('heap')} MB`,
  )
}
console.log(`The server: ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB resident.`)
await closeBrowser()
