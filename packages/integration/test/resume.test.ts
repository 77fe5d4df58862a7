import { SQLiteSession } from '@sessions/sqlite'
import { expect, it } from 'vitest'
import { runToSuccess } from './child-process.ts'
import { describeItem } from './history.ts'
import type { ResumeInput } from './programs/ask-for-approval.ts'
import { temporaryFile } from './temporary-file.ts'

it('finishes in a second process the run that waits for an approval since the first', async () => {
  const path = temporaryFile('history.db')
  const input: ResumeInput = { path, sessionId: 'user_123', statePath: temporaryFile('state.json') }
  const read = async (): Promise<string[]> => {
    await using session = new SQLiteSession({ sessionId: 'user_123', path })
    return (await session.getItems()).map(describeItem)
  }
  await runToSuccess('ask-for-approval', input)
  const waiting = ['user: Weather?', 'call call_1: weather {"city":"Paris"}']
  expect(await read()).toEqual(waiting)
  const pid = await runToSuccess('approve-and-finish', input)
  expect(await read()).toEqual([...waiting, `result call_1: Sunny, says process ${pid}`, 'assistant: Cold.'])
})
