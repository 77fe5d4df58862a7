import { createRequire } from 'node:module'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { NoAnswerError, NotSentError } from '../src/call.ts'
import { toSessionError } from '../src/errors.ts'
import { NewServerError } from '../src/new-server-error.ts'
import { UnexpectedReplyError } from '../src/replies.ts'

/** What a write's error says: its code, whether it is worth trying again, and whether it may have been done. */
type Row = readonly [text: string, code: string, again: boolean, ambiguous: boolean]

/** What servers reply, as Redis 7 and 8 and Valkey 9 word it. */
const replies: readonly Row[] = [
  [
    "OOM command not allowed when used memory > 'maxmemory'. script: 1, on @user_script:1.",
    'SESSION_BACKEND',
    true,
    false,
  ],
  [
    "OOM allow-oom flag is not set on the script, can not run it when used memory > 'maxmemory'",
    'SESSION_BACKEND',
    true,
    false,
  ],
  ['WRONGTYPE Operation against a key holding the wrong kind of value', 'SESSION_BACKEND', false, false],
  ["READONLY You can't write against a read only replica.", 'SESSION_BACKEND', true, false],
  ['READONLY You can not run script with write flag on readonly replica.', 'SESSION_BACKEND', true, false],
  [
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    'SESSION_UNAVAILABLE',
    true,
    false,
  ],
  ['LOADING Redis is loading the dataset in memory', 'SESSION_UNAVAILABLE', true, false],
  ['CLUSTERDOWN The cluster is down', 'SESSION_UNAVAILABLE', true, false],
  ['CLUSTERDOWN Hash slot not served', 'SESSION_UNAVAILABLE', true, false],
  ['NOREPLICAS Not enough good replicas to write.', 'SESSION_UNAVAILABLE', true, false],
  [
    'MISCONF Redis is configured to save RDB snapshots, but it is unable to persist to disk',
    'SESSION_BACKEND',
    true,
    false,
  ],
  [
    'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
    'SESSION_BUSY',
    true,
    false,
  ],
  ['UNKILLABLE Sorry the script already executed write commands against the dataset.', 'SESSION_BUSY', true, false],
  ['ERR Error running script: Script killed by user with SCRIPT KILL.', 'SESSION_BUSY', true, false],
  ['ERR max number of clients reached', 'SESSION_BUSY', true, false],
  ['ERR max number of clients + cluster connections reached', 'SESSION_BUSY', true, false],
  ['TRYAGAIN Multiple keys request during rehashing of slot', 'SESSION_BUSY', true, false],
  ['ASK 3999 127.0.0.1:6381', 'SESSION_BUSY', true, false],
  ['ERR Script attempted to access a non local key in a cluster node script: 1', 'SESSION_BUSY', true, false],
  ['ERR Script attempted to access a non-local key in a cluster node', 'SESSION_BUSY', true, false],
  ['MOVED 3999 127.0.0.1:6381', 'SESSION_BACKEND', false, false],
  ["CROSSSLOT Keys in request don't hash to the same slot", 'SESSION_BACKEND', false, false],
  ["NOPERM User sessions has no permissions to run the 'evalsha' command", 'SESSION_BACKEND', false, false],
  ['NOAUTH Authentication required.', 'SESSION_BACKEND', false, false],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'SESSION_BACKEND', false, false],
  ['DENIED Redis is running in protected mode', 'SESSION_BACKEND', false, false],
  ['NOPROTO unsupported protocol version', 'SESSION_BACKEND', false, false],
  ['NOSCRIPT No matching script. Please use EVAL.', 'SESSION_BACKEND', false, false],
  ['EXECABORT Transaction discarded because of previous errors.', 'SESSION_BACKEND', false, false],
  ["ERR unknown command 'EVALSHA', with args beginning with: 'x' 'a secret'", 'SESSION_BACKEND', false, false],
  ['ERR DB index is out of range', 'SESSION_BACKEND', false, false],
  ['FOREIGN The keys belong to another session', 'SESSION_BACKEND', false, false],
  ['CORRUPT The metadata are not as they were written', 'SESSION_RECORD_CORRUPT', false, false],
]

/** Every class of node-redis 6, with what it means under a write; the server's own are above, and `never` comes to no call of ours. */
const classes: Readonly<Record<string, readonly [code: string, again: boolean, ambiguous: boolean] | 'never'>> = {
  AbortError: ['SESSION_UNAVAILABLE', true, false],
  ClientClosedError: ['SESSION_UNAVAILABLE', true, false],
  ClientOfflineError: ['SESSION_UNAVAILABLE', true, false],
  ConnectionTimeoutError: ['SESSION_UNAVAILABLE', true, false],
  RootNodesUnavailableError: ['SESSION_UNAVAILABLE', true, false],
  TimeoutError: ['SESSION_UNAVAILABLE', true, false],
  CommandTimeoutDuringMaintenanceError: ['SESSION_UNAVAILABLE', true, false],
  SocketTimeoutError: ['SESSION_UNAVAILABLE', true, true],
  SocketTimeoutDuringMaintenanceError: ['SESSION_UNAVAILABLE', true, true],
  SocketClosedUnexpectedlyError: ['SESSION_UNAVAILABLE', true, true],
  DisconnectsClientError: ['SESSION_UNAVAILABLE', true, true],
  MaxCommandRedirectionsError: ['SESSION_BUSY', true, false],
  ReconnectStrategyError: ['SESSION_UNAVAILABLE', true, false],
  WatchError: 'never',
  ScanIteratorInterruptedError: 'never',
  OpenTelemetryError: 'never',
  ErrorReply: 'never',
  SimpleError: 'never',
  BlobError: 'never',
  MultiErrorReply: 'never',
}

/** What a class is made with. */
const causes: Readonly<Record<string, unknown[]>> = {
  MaxCommandRedirectionsError: [new Error('ASK 3999 127.0.0.1:6381')],
  ReconnectStrategyError: [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), new Error('x')],
}

/** What is told apart by a code of Node's, or by its text. */
const others: readonly (readonly [error: Error, code: string, again: boolean, ambiguous: boolean])[] = [
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT'].map(
    (code) => [Object.assign(new Error(code), { code }), 'SESSION_UNAVAILABLE', true, false] as const,
  ),
  ...['ECONNRESET', 'EPIPE', 'ETIMEDOUT'].map(
    (code) => [Object.assign(new Error(code), { code }), 'SESSION_UNAVAILABLE', true, true] as const,
  ),
  [new Error('The queue is full'), 'SESSION_BUSY', true, false],
  [new Error('Cannot find node 127.0.0.1:6381'), 'SESSION_BUSY', true, false],
  [new NotSentError(5), 'SESSION_UNAVAILABLE', true, false],
  [new NewServerError(), 'SESSION_BUSY', true, false],
  [new NoAnswerError(5), 'SESSION_UNAVAILABLE', true, true],
  [new UnexpectedReplyError('QUEUED'), 'SESSION_BACKEND', false, true],
  [new TypeError('Invalid argument type'), 'SESSION_BACKEND', false, false],
  [new Error('nobody knows'), 'SESSION_BACKEND', false, true],
]

function check(error: Error, code: string, retryable: boolean, ambiguous: boolean): void {
  const write = toSessionError(error, true)
  expect(write).toMatchObject({ code, retryable, ambiguous })
  expect(toSessionError(error, false)).toMatchObject({ code, retryable, ambiguous: false })
  if (!ambiguous) expect(write.message).not.toMatch(/may have been done/)
  expect(inspect(write, { depth: 9, showHidden: true })).not.toContain('a secret')
}

it.each(replies)('the reply %s is %s', (text, code, retryable, ambiguous) => {
  check(new Error(text), code, retryable, ambiguous)
})

it.each(others)('%s is %s', (error, code, retryable, ambiguous) => check(error, code, retryable, ambiguous))

describe('each class of errors', () => {
  const require = createRequire(import.meta.url)
  const versions = { 6: errorsOf('redis'), 5: errorsOf('redis-5'), 4: errorsOf('redis-4') }
  function errorsOf(version: string): Record<string, unknown> {
    const inside = createRequire(require.resolve(version))
    return inside('@redis/client/dist/lib/errors')
  }

  it.each(Object.keys(versions))('of node-redis %s has a meaning', (version) => {
    const exported = Object.entries(versions[version as unknown as 4 | 5 | 6])
    const found = exported.filter(([, value]) => typeof value === 'function')
    expect(found.length).toBeGreaterThan(8)
    for (const [name, value] of found) {
      const meaning = classes[name]
      if (meaning === undefined) expect.unreachable(`${name} is not in the table`)
      if (meaning === 'never') continue
      const ErrorClass = value as new (...given: unknown[]) => Error
      const error = new ErrorClass(...(causes[name] ?? [5]))
      check(error, ...meaning)
      // A bundler that shortens names leaves the text.
      if (name !== 'TimeoutError' && name !== 'AbortError' && causes[name] === undefined) {
        check(new Error(error.message), ...meaning)
      }
    }
  })
})
