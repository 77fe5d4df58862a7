import { inspect } from 'node:util'
import { SessionError } from '@sessions/core'
import { expect } from 'vitest'

/** What every item of the tests holds, and no error may show. */
export const secret = 'a secret'

/** An item with the secret in it. */
export function item(text = ''): { role: 'user'; content: string } {
  return { role: 'user', content: `${secret} ${text}` }
}

/** The `SessionError` that the work rejects with, which shows nothing of the items. */
export async function failure(work: () => Promise<unknown>): Promise<SessionError> {
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error, 'nothing failed').toBeInstanceOf(SessionError)
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret)
  return error as SessionError
}
