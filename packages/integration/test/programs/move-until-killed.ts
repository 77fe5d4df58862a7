/** Copies or imports sessions and kills itself meanwhile, a moment after so many batches. Says so where it was done before. */
import { createReadStream } from 'node:fs'
import { copySessions, importSessions, linesOf } from '@sessions/core/operations'
import { openPlace, type Place } from '../moved-places.ts'

export interface MoveUntilKilledInput {
  to: Place
  /** Where it copies from; else it imports the file. */
  from?: Place
  file?: string
  /** It is killed after that many, */
  batches: number
  /** and so many milliseconds; at once for 0. */
  afterMs: number
}

const { from, to, file = '', batches, afterMs } = JSON.parse(process.argv[2] ?? '') as MoveUntilKilledInput
const target = await openPlace(to)
let seen = 0
const onProgress = (): void => {
  if (++seen !== batches) return
  const kill = (): void => void process.kill(process.pid, 'SIGKILL')
  if (afterMs === 0) kill()
  else setTimeout(kill, afterMs)
}
if (from === undefined) await importSessions(target, () => linesOf(createReadStream(file)), { onProgress })
else await copySessions(await openPlace(from), target, { onProgress })
console.log('done')
process.exit(0)
