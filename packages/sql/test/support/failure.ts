import { SessionError } from '@sessions/core'
import { expect } from 'vitest'

/** The error with which the work failed; none is a failure of the test. */
export async function failure(work: Promise<unknown>): Promise<SessionError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(SessionError)
  return error as SessionError
}

/** A message of a user. */
export function message(content: string): { role: 'user'; content: string } {
  return { role: 'user', content }
}
