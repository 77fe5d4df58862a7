import { dirname } from 'node:path'
import { provide } from '../machine/provide.ts'
import { chromium, fonts } from '../machine/software.ts'

/** The path of Chromium: what `SESSIONS_TEST_CHROMIUM` has, else the machine's, which is installed where it is missing. */
export async function provideChromium(): Promise<string> {
  const { SESSIONS_TEST_CHROMIUM: given = '' } = process.env
  if (given !== '') return given
  const [path = ''] = await provide(chromium)
  return path
}

/** The folders of the fonts that pictures of pages are drawn with, which are installed where they are missing. */
export async function provideFonts(): Promise<string[]> {
  return [...new Set((await provide(fonts)).map((file) => dirname(file)))]
}
