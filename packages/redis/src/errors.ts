import { SessionError } from '@sessions/core'
import { NoAnswerError, NotSentError } from './call.ts'
import { clientErrors, refusals, type Sent } from './meanings.ts'
import { NewServerError } from './new-server-error.ts'
import { UnexpectedReplyError } from './replies.ts'
import { isTLSFailure } from './tls.ts'

/** Errors of Node's sockets (`man errno`, and getaddrinfo): no connection was made. */
const notConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT'])

const nothing = 'Nothing was written.'

/** What an error of the client or server means; `write` says whether the call would have changed something. */
export function toSessionError(error: unknown, write: boolean): SessionError {
  if (error instanceof SessionError) return error
  if (isTLSFailure(error)) {
    const message = 'No connection with TLS can be made to Redis as asked: see the cause.'
    return new SessionError('SESSION_UNAVAILABLE', message, { cause: error, retryable: false })
  }
  if (error instanceof NoAnswerError) {
    return unavailable(`Redis did not answer in time.${write ? mayBeDone : ''}`, error, write)
  }
  if (error instanceof NewServerError) return busy(`A server has just joined the cluster. ${nothing}`, error)
  if (error instanceof UnexpectedReplyError) {
    const message = `The server replied with something else than is promised.${write ? mayBeDone : ''}`
    return new SessionError('SESSION_BACKEND', message, { cause: error, ambiguous: write })
  }
  return refusal(error) ?? failure(error, write)
}

/** The server did not do it, and says why. */
function refusal(error: unknown): SessionError | undefined {
  const { code: ofNode, message } = describe(error)
  if (ofNode !== '') return undefined
  const meaning = refusals.find(({ pattern }) => pattern.test(message))
  if (meaning !== undefined) {
    const retryable = meaning.retryable === undefined ? {} : { retryable: meaning.retryable }
    return new SessionError(meaning.code, `${meaning.message} ${nothing}`, { cause: presentable(error), ...retryable })
  }
  const code = /^([A-Z]{2,})\b/.exec(message)?.[1]
  if (code === undefined) return undefined
  return new SessionError('SESSION_BACKEND', `Redis failed with ${code}: see the cause.`, { cause: presentable(error) })
}

/** The client could not send it, or not get the answer. */
function failure(error: unknown, write: boolean): SessionError {
  const { name, code, message } = describe(error)
  const known = clientErrors.find((each) => each.names.includes(name) || each.pattern.test(message))
  const sent: Sent = known?.sent ?? (notConnected.has(code) ? 'no' : code !== '' ? 'maybe' : 'unknown')
  if (error instanceof NotSentError || sent === 'no') {
    const why = known?.message ?? 'There is no connection to Redis.'
    const text = `${why}${write ? ` ${nothing}` : ''}`
    return known?.code === undefined
      ? unavailable(text, error, false)
      : new SessionError(known.code, text, { cause: error })
  }
  if (sent === 'maybe') return unavailable(`The connection to Redis was lost.${write ? mayBeDone : ''}`, error, write)
  const ambiguous = write && !(error instanceof TypeError || error instanceof RangeError)
  return new SessionError('SESSION_BACKEND', 'The client failed: see the cause.', {
    cause: presentable(error),
    ambiguous,
  })
}

const mayBeDone = ' The write may have been done all the same: read before you try again.'

function unavailable(message: string, cause: unknown, ambiguous: boolean): SessionError {
  return new SessionError('SESSION_UNAVAILABLE', message, { cause, ambiguous })
}

function busy(message: string, cause: unknown): SessionError {
  return new SessionError('SESSION_BUSY', message, { cause })
}

/** node-redis wraps what ended its attempts to reconnect, and what ended its redirections. */
function describe(error: unknown): { name: string; code: string; message: string } {
  if (!(error instanceof Error)) return { name: '', code: '', message: '' }
  const inner = innerOf(error)
  if (inner !== undefined) return describe(inner)
  const { code } = error as NodeJS.ErrnoException
  const name = error.name === 'Error' ? error.constructor.name : error.name
  return { name, code: /^E(?!RR_)[A-Z]+/.test(code ?? '') ? `${code}` : '', message: error.message }
}

function innerOf(error: Error): Error | undefined {
  const { originalError, cause } = error as { originalError?: unknown; cause?: unknown }
  if (originalError instanceof Error) return originalError
  return error.constructor.name === 'MaxCommandRedirectionsError' && cause instanceof Error ? cause : undefined
}

/** A reply may quote the beginning of a command that the server does not know, and with it what was to be stored, or a password. */
function presentable(error: unknown): unknown {
  const quotes = ', with args beginning with'
  const { message } = describe(error)
  return message.includes(quotes) ? new Error(message.slice(0, message.indexOf(quotes))) : error
}
