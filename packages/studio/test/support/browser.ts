import { fileURLToPath } from 'node:url'
import { provideChromium } from '@sessions/test-servers'
import { type Browser, chromium, type Page } from 'playwright-core'

let running: Promise<Browser> | undefined

/** One browser for all tests of a file; its sandbox is off, as Playwright has it, since tests may run as root. */
async function browser(): Promise<Browser> {
  running ??= launch()
  return await running
}

/** With the fonts of `fonts.conf` alone, drawn in one way, whatever else the machine has. */
async function launch(): Promise<Browser> {
  const executablePath = await provideChromium()
  const FONTCONFIG_FILE = fileURLToPath(new URL('fonts.conf', import.meta.url))
  const args = ['--font-render-hinting=none', '--disable-lcd-text']
  return await chromium.launch({ executablePath, args, env: { ...process.env, FONTCONFIG_FILE } })
}

export async function closeBrowser(): Promise<void> {
  const open = await running
  running = undefined
  await open?.close()
}

/** A page of its own, with nothing of the others', and what went wrong on it. @param options - `now`: a time that stands still */
export async function openPage(
  link: string,
  options: { width?: number; height?: number; dark?: boolean; now?: number } = {},
): Promise<{ page: Page; mistakes: string[]; requests: string[] }> {
  const { width = 1280, height = 800, dark = false, now } = options
  const context = await (await browser()).newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    locale: 'en-GB',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  // A test that hangs is ended by the tests' own limit.
  context.setDefaultTimeout(0)
  if (now !== undefined) await context.clock.setFixedTime(now)
  const page = await context.newPage()
  const [mistakes, requests]: [string[], string[]] = [[], []]
  page.on('pageerror', (error) => mistakes.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') mistakes.push(message.text())
  })
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(link)
  return { page, mistakes, requests }
}
