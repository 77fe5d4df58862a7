import { systemClock } from '@sessions/core'
import { createEnvelopeFormat } from '../../src/envelope.ts'
import type { RandomBytes } from '../../src/envelope-format.ts'
import { type KeyEntry, KeyRing } from '../../src/key-ring.ts'
import type { Encryption } from '../../src/options.ts'
import { createPythonFormat } from '../../src/python-envelope.ts'
import { SessionCipher } from '../../src/session-cipher.ts'
import { testKey } from './keys.ts'

/** Bytes that count up from 0: for vectors. */
export const counted: RandomBytes = (length) => Uint8Array.from({ length }, (_, index) => index)

const random: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length))

/** The cipher of one session, below everything that reads and writes records. */
export function createCipher(
  options: { keys?: KeyEntry[]; format?: 'sessions' | 'python'; random?: RandomBytes; sessionId?: string } = {},
): SessionCipher {
  const { keys = [{ id: 'k1', key: testKey() }], format = 'sessions', sessionId = 'user_123' } = options
  const create = format === 'python' ? createPythonFormat : createEnvelopeFormat
  const encryption: Encryption = {
    ring: new KeyRing(keys, format),
    format: create(options.random ?? random),
    ttl: undefined,
    allowPlaintext: false,
    cache: undefined,
    clock: systemClock,
    checkId: () => {},
  }
  return new SessionCipher(encryption, sessionId)
}
