import { assertOptions, type Clock, checkClock, checkTTL, type OptionTypes, systemClock } from '@sessions/core'
import { createEnvelopeFormat, keyIdPattern } from './envelope.ts'
import { type EnvelopeFormat, randomBytes } from './envelope-format.ts'
import type { Key } from './key-material.ts'
import { type KeyEntry, type KeyProvider, KeyRing } from './key-ring.ts'
import { createPythonFormat } from './python-envelope.ts'

/** How a session or a store is encrypted. */
export interface EncryptionOptions {
  /**
   * The only key, which envelopes know as `default`: 32 bytes as a `Uint8Array`, base64, base64url or hex; any other string is a
   * passphrase of at least 15 characters; a function is asked for the key once.
   */
  encryptionKey?: Key | KeyProvider
  /** Several keys instead: the first one encrypts, all decrypt. */
  keys?: readonly KeyEntry[]
  /** Seconds after which an item is not read any more. Default: never. Each reader decides by its own. */
  ttl?: number
  /** `python`: the envelopes of the Agents SDK for Python, with its rules for keys; weaker. Default: `sessions`. */
  format?: 'sessions' | 'python'
  /** Whether records that are not encrypted are read, for a history of before. Nothing says who wrote them. Default: false. */
  allowPlaintext?: boolean
  /** For tests. Default: the time of the machine. */
  clock?: Clock
}

/** The options, checked and made into what does the work. */
export interface Encryption {
  readonly ring: KeyRing
  readonly format: EnvelopeFormat
  /** Milliseconds. */
  readonly ttl: number | undefined
  readonly allowPlaintext: boolean
  readonly clock: Clock
}

/** What {@link EncryptionOptions} has, for a class with options of its own beside them. */
export const encryptionTypes: OptionTypes = {
  encryptionKey: 'any',
  keys: 'any',
  ttl: 'number',
  format: 'string',
  allowPlaintext: 'boolean',
  clock: 'object',
}

/** @throws TypeError or RangeError that names the option, and never holds any of a key */
export function checkEncryption(owner: string, options: EncryptionOptions): Encryption {
  const { ttl, format = 'sessions', allowPlaintext = false, clock } = options
  if (format !== 'sessions' && format !== 'python') throw new TypeError("format must be 'sessions' or 'python'.")
  const seconds = checkTTL(ttl)
  return {
    clock: checkClock(clock ?? systemClock),
    ttl: seconds === undefined ? undefined : seconds * 1000,
    allowPlaintext,
    format: format === 'python' ? createPythonFormat(randomBytes) : createEnvelopeFormat(randomBytes),
    ring: new KeyRing(checkKeys(owner, options), format),
  }
}

function checkKeys(owner: string, { encryptionKey, keys }: EncryptionOptions): readonly KeyEntry[] {
  if ((encryptionKey === undefined) === (keys === undefined)) {
    throw new TypeError(`${owner} takes encryptionKey or keys: one of them.`)
  }
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
