import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** Quits where it fits on one screen, passes colours on, and leaves the text on the screen. */
const lessOptions = 'FRX'

/**
 * What `PAGER` names, else `less`; none where there is none, or where `PAGER` is empty or `cat`. Ctrl-C belongs to the pager: it goes on
 * until the person quits it.
 */
export async function startPager(): Promise<{ input: Writable; ended: Promise<void> } | undefined> {
  const { PAGER = 'less' } = process.env
  if (PAGER === '' || PAGER === 'cat') return undefined
  const env = { LESS: lessOptions, ...process.env }
  const pager = spawn(PAGER, { shell: /\s/.test(PAGER), stdio: ['pipe', 'inherit', 'inherit'], env })
  const ended = once(pager, 'close').then(
    () => undefined,
    () => undefined,
  )
  try {
    await once(pager, 'spawn')
  } catch {
    // There is no such program: the text goes to the terminal as it is.
    return undefined
  }
  return { input: pager.stdin, ended }
}
