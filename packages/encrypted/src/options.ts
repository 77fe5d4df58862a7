import {
  assertOneOf,
  assertOptions,
  type Clock,
  checkClock,
  checkTTL,
  type OptionTypes,
  systemClock,
} from '@sessions/core'
import { type DecryptedCache, processCache } from './decrypted-cache.ts'
import { createEnvelopeFormat, keyIdPattern } from './envelope.ts'
import { type EnvelopeFormat, randomBytes } from './envelope-format.ts'
import type { Key } from './key-material.ts'
import { type KeyEntry, type KeyProvider, KeyRing } from './key-ring.ts'
import { createPythonFormat } from './python-envelope.ts'

/** How a session or a store is encrypted. */
export interface EncryptionOptions {
  /**
   * The only key, which envelopes know as `default`: 32 bytes as a `Uint8Array`, `{ base64 }`, 44 characters of base64 or 64 of hex;
   * any other string is a passphrase of at least 15 characters, as is `{ passphrase, salt? }`; a function is asked for the key.
   */
  encryptionKey?: Key | KeyProvider
  /** Several keys instead: the first one encrypts, all decrypt. */
  keys?: readonly KeyEntry[]
  /** Seconds after which what a function gave as a key is wiped, and asked for again. Default: it is kept until `close()`. */
  keyLifetime?: number
  /** Seconds after which an item is not read any more. Default: never. Each reader decides by its own. */
  ttl?: number
  /** `python`: the envelopes of the Agents SDK for Python, with its rules for keys; weaker. Default: `sessions`. */
  format?: 'sessions' | 'python'
  /** Whether records that are not encrypted are read, for a history of before. Nothing says who wrote them. Default: false. */
  allowPlaintext?: boolean
  /**
   * Where items stay that were decrypted, so that reading a history again decrypts only what is new. Default: one of 64 MiB, which all
   * stores of the process share; `false`: nothing stays. Closing lets go of what it holds of this store.
   */
  cache?: DecryptedCache | false
  /** For tests. Default: the time of the machine. */
  clock?: Clock
}

/** Where an `EncryptedSession` says to its store what the envelopes are bound to, if that is not the id of the session beneath. */
export const boundTo: unique symbol = Symbol('boundTo')

/** The options, checked and made into what does the work. */
export interface Encryption {
  readonly ring: KeyRing
  readonly format: EnvelopeFormat
  /** Milliseconds. */
  readonly ttl: number | undefined
  readonly allowPlaintext: boolean
  readonly clock: Clock
  /** `undefined` where nothing that was decrypted stays. */
  readonly cache: DecryptedCache | undefined
  /** What the envelopes of the one session are bound to, where it is not its id. */
  readonly boundTo?: string | undefined
  /** @throws TypeError for a session id to which no envelope can be bound */
  checkId(sessionId: string): void
}

/** What {@link EncryptionOptions} has, for a class with options of its own beside them. */
export const encryptionTypes: OptionTypes = {
  encryptionKey: 'any',
  keys: 'any',
  keyLifetime: 'number',
  ttl: 'number',
  format: 'string',
  allowPlaintext: 'boolean',
  cache: 'any',
  clock: 'object',
}

/**
 * @param bound - what the envelopes of the one session are bound to, where it is not its id
 * @throws TypeError or RangeError that names the option, and never holds any of a key
 */
export function checkEncryption(owner: string, options: EncryptionOptions, bound?: string): Encryption {
  const { ttl, format = 'sessions', allowPlaintext = false, keyLifetime } = options
  if (format !== 'sessions' && format !== 'python') throw new TypeError("format must be 'sessions' or 'python'.")
  const seconds = checkTTL(ttl)
  const clock = checkClock(options.clock ?? systemClock)
  const lifetime = keyLifetime === undefined ? undefined : { ms: checkLifetime(keyLifetime) * 1000, clock }
  const envelopes = format === 'python' ? createPythonFormat(randomBytes) : createEnvelopeFormat(randomBytes)
  return {
    clock,
    ttl: seconds === undefined ? undefined : seconds * 1000,
    allowPlaintext,
    cache: checkCache(options.cache),
    format: envelopes,
    boundTo: bound,
    checkId: (sessionId) => {
      const problem = envelopes.idProblem?.(bound ?? sessionId)
      if (problem !== undefined) throw new TypeError(problem)
    },
    ring: new KeyRing(checkKeys(owner, options), format, lifetime),
  }
}

/** By shape: one may be of another copy of this package. */
function checkCache(cache: DecryptedCache | false | undefined): DecryptedCache | undefined {
  if (cache === undefined) return processCache
  if (cache === false) return undefined
  if (typeof cache?.set === 'function' && typeof cache.deleteAll === 'function') return cache
  throw new TypeError('cache must be a DecryptedCache or false.')
}

function checkLifetime(seconds: number): number {
  if (seconds > 0 && Number.isFinite(seconds)) return seconds
  throw new RangeError(`keyLifetime must be a positive number of seconds, not ${seconds}.`)
}

function checkKeys(owner: string, options: EncryptionOptions): readonly KeyEntry[] {
  assertOneOf(owner, options, ['encryptionKey', 'keys'])
  const { encryptionKey, keys } = options
  if (encryptionKey !== undefined) return [{ id: 'default', key: encryptionKey }]
  if (!Array.isArray(keys) || keys.length === 0)
    throw new TypeError('keys must be an array of at least one { id, key }.')
  const seen = new Set<string>()
  for (const [index, entry] of keys.entries()) {
    assertOptions(`keys[${index}]`, entry, { id: 'string', key: 'any' }, ['id', 'key'])
    const { id } = entry as KeyEntry
    if (!keyIdPattern.test(id))
      throw new TypeError(`keys[${index}].id must be 1 to 128 of A-Z a-z 0-9 . _ : / @ = + -.`)
    if (seen.has(id)) throw new TypeError(`keys[${index}].id is that of an earlier key; an id means one key for ever.`)
    seen.add(id)
  }
  return keys
}
