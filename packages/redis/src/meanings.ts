import type { SessionErrorCode } from '@sessions/core'

/** Whether a command was sent: `maybe` where it may have been, `unknown` where the error does not say. */
export type Sent = 'no' | 'maybe' | 'unknown'

interface Refusal {
  readonly pattern: RegExp
  readonly code: SessionErrorCode
  readonly message: string
  /** Where it is not what the code says. */
  readonly retryable?: boolean
}

/**
 * Errors by which the server says that it did nothing, mostly by their first word
 * (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors); the last five are our scripts'.
 */
export const refusals: readonly Refusal[] = [
  {
    pattern: /^OOM /,
    code: 'SESSION_BACKEND',
    message: 'Redis has reached maxmemory and may evict nothing: free some memory, or give it more.',
    retryable: true,
  },
  {
    pattern: /^WRONGTYPE /,
    code: 'SESSION_BACKEND',
    message: 'A key of the session holds something else: choose another keyPrefix, or remove the key.',
  },
  {
    pattern: /^READONLY /,
    code: 'SESSION_BACKEND',
    message: 'The server is a read-only replica: connect to the primary, or through Sentinel or Cluster.',
    retryable: true,
  },
  {
    pattern: /^CROSSSLOT |^MOVED /,
    code: 'SESSION_BACKEND',
    message: 'The server is part of a cluster: pass a client of createCluster.',
  },
  {
    pattern: /^(?:ASK|TRYAGAIN) |attempted to access a non.local key/i,
    code: 'SESSION_BUSY',
    message: 'The session is just moving to another server of the cluster.',
  },
  {
    pattern: /^NOPERM /,
    code: 'SESSION_BACKEND',
    message: 'The user may not run a command, or not use a key: see the README for what is needed.',
  },
  { pattern: /^NOAUTH /, code: 'SESSION_BACKEND', message: 'The server asks for a password.' },
  { pattern: /^WRONGPASS /, code: 'SESSION_BACKEND', message: 'The server refused the user name or password.' },
  {
    pattern: /^DENIED /,
    code: 'SESSION_BACKEND',
    message: 'The server is in protected mode: give it a password, or let it listen to this machine only.',
  },
  { pattern: /^LOADING /, code: 'SESSION_UNAVAILABLE', message: 'The server is still loading its data.' },
  { pattern: /^(?:BUSY|UNKILLABLE) /, code: 'SESSION_BUSY', message: 'The server is busy with a script.' },
  { pattern: /^MASTERDOWN /, code: 'SESSION_UNAVAILABLE', message: 'The replica has lost its primary.' },
  { pattern: /^CLUSTERDOWN /, code: 'SESSION_UNAVAILABLE', message: 'The cluster does not serve these keys now.' },
  {
    pattern: /^NOREPLICAS /,
    code: 'SESSION_UNAVAILABLE',
    message: 'The server has too few replicas to take writes (min-replicas-to-write).',
  },
  {
    pattern: /^MISCONF /,
    code: 'SESSION_BACKEND',
    message: 'The server cannot save to its disk, and so takes no writes: see its log.',
    retryable: true,
  },
  {
    pattern: /^ERR max number of clients/,
    code: 'SESSION_BUSY',
    message: 'The server has as many connections as it takes (maxclients).',
  },
  {
    pattern: /^ERR .*killed by user/i,
    code: 'SESSION_BUSY',
    message: 'Somebody ended the script, since it held up the server.',
  },
  {
    pattern: /^FOREIGN /,
    code: 'SESSION_BACKEND',
    message:
      'The keys belong to a session of another keyPrefix: choose a keyPrefix that is not the beginning of another one.',
  },
  {
    pattern: /^CORRUPT /,
    code: 'SESSION_RECORD_CORRUPT',
    message: 'The metadata of the session are not as they were written: see js:metadata of its hash.',
  },
  {
    pattern: /^BROKEN /,
    code: 'SESSION_RECORD_CORRUPT',
    message:
      'What the session knows of its entries is not as it was written: remove js:ids and js:times from its hash, and ids begin anew.',
  },
]

interface ClientError {
  /** Its class, as it has no code. */
  readonly names: readonly string[]
  /** Its message, since a bundler may have changed the names of classes. */
  readonly pattern: RegExp
  readonly sent: Sent
  readonly message?: string
  readonly code?: SessionErrorCode
}

const never = /^(?!)/

/** The errors of node-redis 4 to 6, and after them those of ioredis 5 and 6, that are not the server's. */
export const clientErrors: readonly ClientError[] = [
  {
    names: ['ClientClosedError'],
    pattern: /^The client is closed$/,
    sent: 'no',
    message: 'The client is closed: whoever made it must connect it, and keep it open.',
  },
  { names: ['ClientOfflineError'], pattern: /^The client is offline$/, sent: 'no' },
  { names: ['ConnectionTimeoutError'], pattern: /^Connection timeout$/, sent: 'no' },
  { names: ['RootNodesUnavailableError'], pattern: /^All the root nodes are unavailable$/, sent: 'no' },
  { names: ['AbortError', 'NotSentError'], pattern: /^The command was aborted$/, sent: 'no' },
  { names: ['CommandTimeoutDuringMaintenanceError'], pattern: /^Command timeout during maintenance/, sent: 'no' },
  { names: ['TimeoutError'], pattern: never, sent: 'no' },
  {
    names: [],
    pattern: /^The queue is full$/,
    sent: 'no',
    message: "The client's queue is full.",
    code: 'SESSION_BUSY',
  },
  {
    names: [],
    pattern: /^Cannot find node /,
    sent: 'no',
    message: 'A server has just joined the cluster.',
    code: 'SESSION_BUSY',
  },
  { names: ['SocketClosedUnexpectedlyError'], pattern: /^Socket closed unexpectedly$/, sent: 'maybe' },
  { names: ['SocketTimeoutError'], pattern: /^Socket timeout timeout/, sent: 'maybe' },
  { names: ['SocketTimeoutDuringMaintenanceError'], pattern: /^Socket timeout during maintenance/, sent: 'maybe' },
  { names: ['DisconnectsClientError'], pattern: /^Disconnects client$/, sent: 'maybe' },
  { names: [], pattern: /^Stream isn't writeable and enableOfflineQueue options is false/, sent: 'no' },
  { names: [], pattern: /^None of startup nodes is available/, sent: 'no' },
  { names: ['MaxRetriesPerRequestError'], pattern: /^Reached the max retries per request limit/, sent: 'maybe' },
  { names: ['ClusterAllFailedError'], pattern: /^Failed to refresh slots cache/, sent: 'maybe' },
  {
    names: [],
    pattern:
      /^(?:Connection is closed|Command aborted|Command timed out|Too many Cluster redirections|Cluster isn't ready)/,
    sent: 'maybe',
  },
]
