import { provide } from '../machine/provide.ts'
import { chromium } from '../machine/software.ts'

/** The path of Chromium: what `SESSIONS_TEST_CHROMIUM` has, else the machine's, which is installed where it is missing. */
export async function provideChromium(): Promise<string> {
  const { SESSIONS_TEST_CHROMIUM: given = '' } = process.env
  if (given !== '') return given
  const [path = ''] = await provide(chromium)
  return path
}
