import { SessionError, type SessionErrorCode } from '@sessions/core'
import { NoAnswerError } from './call.ts'
import { isTLSFailure } from './tls.ts'

interface Meaning {
  code: SessionErrorCode
  message: string
  retryable?: boolean
}

const nothing = 'Nothing was written.'

/** What the first word of an error reply means (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors). */
const replies: Readonly<Record<string, Meaning>> = {
  OOM: {
    code: 'SESSION_BACKEND',
    message: `Redis has reached maxmemory and may evict nothing: free some memory, or give it more. ${nothing}`,
  },
  WRONGTYPE: {
    code: 'SESSION_BACKEND',
    message: `A key of the session holds something else: choose another keyPrefix, or remove the key. ${nothing}`,
  },
  READONLY: {
    code: 'SESSION_BACKEND',
    message: `The server is a read-only replica: connect to the primary, or through Sentinel or Cluster. ${nothing}`,
    retryable: true,
  },
  CROSSSLOT: {
    code: 'SESSION_BACKEND',
    message: `The server is part of a cluster: pass a client of createCluster. ${nothing}`,
  },
  MOVED: {
    code: 'SESSION_BACKEND',
    message: `The server is part of a cluster and has other keys: pass a client of createCluster. ${nothing}`,
  },
  ASK: { code: 'SESSION_BUSY', message: `The session is just moving to another server of the cluster. ${nothing}` },
  TRYAGAIN: {
    code: 'SESSION_BUSY',
    message: `The session is just moving to another server of the cluster. ${nothing}`,
  },
  NOPERM: {
    code: 'SESSION_BACKEND',
    message: `The user may not run a command, or not use a key: see the README for what is needed. ${nothing}`,
  },
  NOAUTH: { code: 'SESSION_BACKEND', message: `The server asks for a password. ${nothing}` },
  WRONGPASS: { code: 'SESSION_BACKEND', message: `The server refused the user name or password. ${nothing}` },
  LOADING: { code: 'SESSION_UNAVAILABLE', message: `The server is still loading its data. ${nothing}` },
  BUSY: { code: 'SESSION_BUSY', message: `The server is busy with a script. ${nothing}` },
  UNKILLABLE: { code: 'SESSION_BUSY', message: `The server is busy with a script. ${nothing}` },
  MASTERDOWN: { code: 'SESSION_UNAVAILABLE', message: `The replica has lost its primary. ${nothing}` },
  CLUSTERDOWN: { code: 'SESSION_UNAVAILABLE', message: `The cluster does not serve these keys now. ${nothing}` },
  NOREPLICAS: {
    code: 'SESSION_UNAVAILABLE',
    message: `The server has too few replicas to take writes (min-replicas-to-write). ${nothing}`,
  },
  MISCONF: {
    code: 'SESSION_BACKEND',
    message: `The server cannot save to its disk, and so takes no writes: see its log. ${nothing}`,
  },
}

/** Errors of node-redis by which a command was certainly not sent, by their class: they have no code. */
const notSent = new Set([
  'ClientOfflineError',
  'ClientClosedError',
  'ConnectionTimeoutError',
  'AbortError',
  'TimeoutError',
  'CommandTimeoutDuringMaintenanceError',
  'RootNodesUnavailableError',
])
/** Those by which a connection was lost; a command may have been under way. */
const lost = new Set([
  'SocketClosedUnexpectedlyError',
  'SocketTimeoutError',
  'SocketTimeoutDuringMaintenanceError',
  'DisconnectsClientError',
])
/** Errors of Node's sockets (`man errno`, and getaddrinfo): no connection was made. */
const notConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT'])

/** What an error of the client or server means; `write` says whether the call would have changed something. */
export function toSessionError(error: unknown, write: boolean): SessionError {
  if (error instanceof SessionError) return error
  if (isTLSFailure(error)) {
    const message = 'No connection with TLS can be made to Redis as asked: see the cause.'
    return new SessionError('SESSION_UNAVAILABLE', message, { cause: error, retryable: false })
  }
  if (error instanceof NoAnswerError) {
    const ambiguous = write && error.sent
    return unavailable(`Redis did not answer in time.${ambiguous ? mayBeDone : ''}`, error, ambiguous)
  }
  const { name, code, message } = describe(error)
  const reply = /^([A-Z]{2,})\b/.exec(message)?.[1]
  const meaning = reply === undefined ? undefined : replies[reply]
  if (meaning !== undefined) {
    const retryable = meaning.retryable === undefined ? {} : { retryable: meaning.retryable }
    return new SessionError(meaning.code, meaning.message, { cause: error, ...retryable })
  }
  if (name === 'ClientClosedError') {
    return unavailable('The client is closed: whoever made it must connect it, and keep it open.', error, false)
  }
  if (notSent.has(name) || notConnected.has(code)) {
    return unavailable(`There is no connection to Redis.${write ? ` ${nothing}` : ''}`, error, false)
  }
  if (lost.has(name) || code !== '') {
    return unavailable(`The connection to Redis was lost.${write ? mayBeDone : ''}`, error, write)
  }
  if (reply !== undefined) {
    return new SessionError('SESSION_BACKEND', `Redis failed with ${reply}: see the cause.`, {
      cause: presentable(error),
    })
  }
  const ambiguous = write && !(error instanceof TypeError || error instanceof RangeError)
  return new SessionError('SESSION_BACKEND', 'The client failed: see the cause.', { cause: error, ambiguous })
}

const mayBeDone = ' The write may have been done all the same: read before you try again.'

function unavailable(message: string, cause: unknown, ambiguous: boolean): SessionError {
  return new SessionError('SESSION_UNAVAILABLE', message, { cause, ambiguous })
}

/** node-redis wraps what ended its attempts to reconnect, and what ended its redirections. */
function describe(error: unknown): { name: string; code: string; message: string } {
  const { originalError } = error as { originalError?: unknown }
  if (originalError instanceof Error) return describe(originalError)
  if (!(error instanceof Error)) return { name: '', code: '', message: '' }
  const { code } = error as NodeJS.ErrnoException
  const name = error.name === 'Error' ? error.constructor.name : error.name
  return { name, code: /^E(?!RR_)[A-Z]+/.test(code ?? '') ? `${code}` : '', message: error.message }
}

/** A reply may quote the beginning of a command that the server does not know, and with it what was to be stored. */
function presentable(error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.includes(', with args beginning with')) return error
  return new Error(error.message.replace(/, with args beginning with[\s\S]*/, ''))
}
