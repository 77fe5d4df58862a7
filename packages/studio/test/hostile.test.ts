import { MemoryStore } from '@sessions/core'
import { afterAll, expect, it } from 'vitest'
import { closeBrowser, openPage } from './support/browser.ts'
import { studioOf } from './support/studio.ts'

afterAll(closeBrowser)

const markup = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script><svg onload="window.pwned=1">'
const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned=1"><script>window.pwned=1</script><image href="http://evil.example/in-svg"/></svg>`
const texts = [
  markup,
  '![picture](http://evil.example/markdown.png) [link](javascript:window.pwned=1) <http://evil.example>',
  'javascript:window.pwned=1',
  'user\u202etxt.exe\u2066hidden\u2069 \u200b\u0000\u001b[31mred',
  'z\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301',
  `{"__proto__":{"polluted":1},"constructor":{"prototype":1},"html":${JSON.stringify(markup)}}`,
  'x'.repeat(5_000_000),
]

/** Whatever an item may hold that a page could run, fetch, or be taken in by. */
const items: object[] = [
  ...texts.map((content) => ({ role: 'user', content })),
  { role: 'user', content: [{ type: 'input_image', image: 'http://evil.example/image.png' }] },
  { role: 'user', content: [{ type: 'input_image', image: 'javascript:window.pwned=1' }] },
  { role: 'user', content: [{ type: 'input_image', image: `data:image/svg+xml;utf8,${encodeURIComponent(svg)}` }] },
  { role: 'user', content: [{ type: 'input_image', image: `data:text/html,${encodeURIComponent(markup)}` }] },
  {
    role: 'user',
    content: [{ type: 'input_file', file: 'http://evil.example/file.pdf', filename: `${markup}\u202efdp.exe` }],
  },
  { role: 'user', content: [{ type: 'audio', audio: 'http://evil.example/sound.wav', format: '"><script>' }] },
  { type: 'function_call', callId: markup, name: markup, arguments: markup },
  {
    type: 'function_call_result',
    callId: markup,
    name: markup,
    output: { type: 'image', image: { url: 'http://evil.example/a.png' } },
  },
  {
    type: markup,
    dangerouslySetInnerHTML: { __html: markup },
    ref: markup,
    key: markup,
    style: 'background:url(http://evil.example/css)',
  },
  { role: 'assistant', content: [{ type: 'output_text', text: { toString: 'no text' } }, null, 7, { nodeType: 1 }] },
  { role: 'user', content: { props: { dangerouslySetInnerHTML: { __html: markup } }, type: 'div', __v: 1 } },
]

it('shows hostile contents as text, runs none of them, and fetches nothing', async () => {
  await using store = new MemoryStore()
  const id = `hostile ${markup} \u202eid/#`
  const session = store.session(id)
  await session.setMetadata({ [markup]: markup, url: 'javascript:window.pwned=1', forkedFrom: markup })
  await session.addItems(items as never)
  await using studio = await studioOf(store, { writes: true })
  const { page, mistakes, requests } = await openPage(`${studio.link}#/s/${encodeURIComponent(id)}`)
  await page.getByRole('button', { name: 'Oldest' }).click()
  await page.getByText('<img src=x onerror=').first().waitFor()
  const seen = new Set<string>()
  for (let step = 0; step < 60 && seen.size < items.length - 1; step++) {
    for (const article of await page.locator('article').all())
      seen.add((await article.getAttribute('data-entry')) ?? '')
    await page.keyboard.press('j')
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))')
  }
  // A result stands beside its call.
  expect(seen.size).toBe(items.length - 1)
  expect(await page.evaluate('window.pwned')).toBeUndefined()
  expect(await page.locator('#app :is(script, svg, iframe, object, embed, form[action], style)').count()).toBe(0)
  const links = await page.locator('a').evaluateAll((all) => all.map((link) => link.getAttribute('href')))
  expect(links.filter((href) => !href?.startsWith('#/'))).toEqual([])
  const { origin } = new URL(studio.link)
  expect(requests.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('data:image/'))).toEqual([])
  const shown = await page.locator('#app').textContent()
  expect(shown).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/)
  expect(mistakes).toEqual([])
})

it('shows a line of five million characters bit by bit', async () => {
  await using store = new MemoryStore()
  await store.session('long').addItems([{ role: 'user', content: 'x'.repeat(5_000_000) }])
  await using studio = await studioOf(store)
  const { page } = await openPage(`${studio.link}#/s/long`)
  const more = page.getByRole('button', { name: /more characters/ })
  await more.waitFor()
  const length = async (): Promise<number> => (await page.locator('article .text').textContent())?.length ?? 0
  expect(await length()).toBeLessThan(3_000)
  await more.click()
  await expect.poll(length).toBeGreaterThan(100_000)
  expect(await length()).toBeLessThan(110_000)
})
