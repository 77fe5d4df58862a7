import { SessionError } from '@sessions/core'

/** What is wrong with one record, as words that {@link located} completes: never what the record holds. */
export function decryptFailed(reason: string): SessionError {
  return new SessionError('SESSION_DECRYPT_FAILED', reason)
}

/** The same for a key that is not there, or that could not be had. */
export function keyUnknown(reason: string, options: { retryable?: boolean } = {}): SessionError {
  return new SessionError('SESSION_KEY_UNKNOWN', reason, options)
}

/** @param ahead - milliseconds */
export function clockSkew(ahead: number): SessionError {
  const reason = `it was written ${Math.ceil(ahead / 1000)} s after the time of this machine, by another clock`
  return new SessionError('SESSION_CLOCK_SKEW', reason)
}

export function plaintextRefused(): SessionError {
  const reason = 'it is not encrypted; allowPlaintext: true reads it, and encryptExisting() encrypts it'
  return new SessionError('SESSION_PLAINTEXT_REFUSED', reason)
}

export function replayed(): SessionError {
  return new SessionError('SESSION_REPLAYED', 'it is the same envelope as an earlier one, and each is written once')
}

/** A problem of one record as an error for the caller, who learns the place; anything else as it is. */
export function located(error: unknown, where: string): unknown {
  if (!(error instanceof SessionError)) return error
  const { code, message, retryable } = error
  const done = code === 'SESSION_CLOSED' ? '' : ' It was left where it is.'
  return new SessionError(code, `${where} cannot be decrypted: ${message}.${done}`, { retryable })
}
