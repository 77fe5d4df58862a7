import type { Signal } from '@sessions/core'
import { assertOptions, type OptionTypes } from '@sessions/core'
import type { EncryptedRecords } from './encrypted-records.ts'
import type { Maintained } from './maintainer.ts'
import { checkEncryption, type Encryption, type EncryptionOptions } from './options.ts'
import { encryptPlaintext } from './rewriting.ts'
import { checkSweep, type SweepOptions, type SweepResult } from './sweep.ts'

/** Which sessions, and whose envelopes are taken over. */
export interface EncryptExistingOptions extends SweepOptions {
  /** How the Agents SDK for Python encrypted what is there. Default: nobody did, and such envelopes are refused. */
  from?: PythonEncryption
}

/** What Python's `EncryptedSession` was given. */
export interface PythonEncryption extends Pick<EncryptionOptions, 'encryptionKey' | 'keys'> {
  format: 'python'
  /** The `session_id` of its wrapper, where that is not the one of the session beneath. For one session at a time. */
  sessionId?: string
}

/** @throws TypeError that names the option */
export async function encryptExisting(
  records: EncryptedRecords,
  encryption: Encryption,
  { from: given, ...options }: EncryptExistingOptions,
  sweep: (
    options: SweepOptions,
    work: (sessionId: string, call: { signal: Signal | undefined }) => Promise<Maintained>,
  ) => Promise<SweepResult>,
): Promise<SweepResult> {
  if (!encryption.allowPlaintext && given === undefined) {
    throw new TypeError('encryptExisting() needs the option allowPlaintext: true, or from.')
  }
  const checked = checkSweep('encryptExisting', options)
  const from = given && checkFrom(given, encryption, checked.sessionId)
  try {
    return await sweep(checked, (sessionId, call) => encryptPlaintext(records, sessionId, { ...call, from }))
  } finally {
    await from?.ring.close()
  }
}

const fromTypes: OptionTypes = { format: 'string', encryptionKey: 'any', keys: 'any', sessionId: 'string' }

function checkFrom(from: PythonEncryption, { clock }: Encryption, one: string | undefined): Encryption {
  assertOptions('encryptExisting: from', from, fromTypes, ['format'])
  if (from.format !== 'python') {
    throw new TypeError("encryptExisting: from must be { format: 'python', encryptionKey or keys }.")
  }
  const { sessionId, ...encryption } = from
  if (sessionId !== undefined && one === undefined) {
    throw new TypeError('encryptExisting: from.sessionId is for one session; give its sessionId too.')
  }
  return checkEncryption('encryptExisting: from', { ...encryption, clock }, sessionId)
}
