import { provideChromium } from '@sessions/test-servers'
import { type Browser, chromium, type Page } from 'playwright-core'

let running: Promise<Browser> | undefined

/** One browser for all tests of a file; its sandbox is off, as Playwright has it, since tests may run as root. */
async function browser(): Promise<Browser> {
  running ??= provideChromium().then((executablePath) => chromium.launch({ executablePath }))
  return await running
}

export async function closeBrowser(): Promise<void> {
  const open = await running
  running = undefined
  await open?.close()
}

/** A page of its own, with nothing of the others', and what went wrong on it. */
export async function openPage(
  link: string,
  options: { width?: number; height?: number; dark?: boolean } = {},
): Promise<{ page: Page; mistakes: string[]; requests: string[] }> {
  const { width = 1280, height = 800, dark = false } = options
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
