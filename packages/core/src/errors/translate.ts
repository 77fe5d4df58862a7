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
  return named(
    known ?? new SessionError('SESSION_BACKEND', 'The backend failed: see the cause.', { cause: error }),
    call,
  )
}

/** A copy with all that it has: the error itself may be frozen, or meet other calls too. */
function named(error: SessionError, call: Call): SessionError {
  const { operation, sessionId = error.sessionId } = call
  if (error.operation === operation && error.sessionId === sessionId) return error
  const copy: SessionError = Object.setPrototypeOf(new Error(error.message), Object.getPrototypeOf(error))
  return Object.defineProperties(copy, {
    ...Object.getOwnPropertyDescriptors(error),
    stack: { value: error.stack, writable: true, configurable: true },
    operation: shown(operation),
    ...(sessionId !== undefined && { sessionId: shown(sessionId) }),
  })
}

function shown(value: string): PropertyDescriptor {
  return { value, writable: true, enumerable: true, configurable: true }
}
