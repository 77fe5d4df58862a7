import { SessionError } from './session-error.ts'

/** What the user called. */
export interface Call {
  /** The public method, such as `addItems`. */
  operation: string
  sessionId?: string
}

/** Turns an error of a driver into a `SessionError`; `undefined` for one it does not know. */
export type ErrorMapper = (error: unknown) => SessionError | undefined

/** Whatever a hook threw, as a `SessionError` that names the outermost call: what the user wrote, not what it led to. */
export function translateError(error: unknown, call: Call, map?: ErrorMapper): SessionError {
  const known = error instanceof SessionError ? error : map?.(error)
  const translated =
    known ?? new SessionError('SESSION_BACKEND', 'The backend failed: see the cause.', { cause: error })
  return Object.assign(translated, call)
}
