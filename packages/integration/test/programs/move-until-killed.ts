/** Copies or imports sessions and kills itself meanwhile, a moment after so many batches. Says so where it was done before. */
import { createReadStream } from 'node:fs'
import { copySessions, importSessions, linesOf } from '@sessions/core/operations'
import { openPlace, type Place } from '../moved-places.ts'

export interface MoveUntilKilledInput {
  to: Place
  /** Where it copies from; else it imports the file. */
  from?: Place
  file?: string
  /** It is killed after that many. */
  batches: number
  afterMs: number
}

const { from, to, file = '', batches, afterMs } = JSON.parse(process.argv[2] ?? '') as MoveUntilKilledInput
const target = await openPlace(to)
let seen = 0
const onProgress = (): void => {
  if (++seen === batches) setTimeout(() => process.kill(process.pid, 'SIGKILL'), afterMs)
}
if (from === undefined) await importSessions(target, () => linesOf(createReadStream(file)), { onProgress })
else await copySessions(await openPlace(from), target, { onProgress })
console.log('done')
process.exit(0)
