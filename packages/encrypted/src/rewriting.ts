import type { Signal } from '@sessions/core'
import { SessionError } from '@sessions/core'
import type { EncryptedRecords } from './encrypted-records.ts'
import { isPythonEnvelope } from './envelope-fields.ts'
import type { Maintained, Plan, UnreadableRecord } from './maintainer.ts'
import type { Encryption } from './options.ts'
import { SessionCipher } from './session-cipher.ts'

/** Who wants it to end before its end. */
interface Call {
  signal?: Signal | undefined
}

/** Encrypts again what is under other keys than the first, or in an older version, with the time that it had. */
export function reencrypt(
  records: EncryptedRecords,
  { ring }: Encryption,
  sessionId: string,
  { signal }: Call,
): Promise<Maintained> {
  const cipher = records.cipher(sessionId)
  return records.maintain(sessionId, {
    ...reading(cipher),
    signal,
    decide: async ({ record, opened: { text, keyId, written, outdated } }) => {
      if (keyId === undefined || (keyId === ring.currentId && outdated !== true)) return record
      return (await cipher.seal([text], [written]))[0]
    },
  })
}

/** Encrypts what is not, and what is in Python's envelopes where their keys are given; these keep their times. */
export function encryptPlaintext(
  records: EncryptedRecords,
  sessionId: string,
  { signal, from }: Call & { from: Encryption | undefined },
): Promise<Maintained> {
  const cipher = records.cipher(sessionId)
  const python = from && new SessionCipher(from, sessionId)
  const isTheirs = (record: string): boolean => python !== undefined && isPythonEnvelope(record)
  return records.maintain(sessionId, {
    ...reading(cipher),
    signal,
    open: (record) => (python !== undefined && isTheirs(record) ? python.open(record) : cipher.open(record)),
    decide: async ({ record, opened: { text, keyId, written } }) => {
      return keyId === undefined || isTheirs(record) ? (await cipher.seal([text], [written]))[0] : record
    },
  })
}

/** Removes what is expired. */
export function removeExpired(records: EncryptedRecords, sessionId: string, { signal }: Call): Promise<Maintained> {
  return records.maintain(sessionId, {
    ...reading(records.cipher(sessionId)),
    signal,
    decide: ({ record, expired }) => (expired ? undefined : record),
  })
}

/** Removes what cannot be opened, but for what is under a key that is not here. */
export async function removeUnreadable(
  records: EncryptedRecords,
  sessionId: string,
  { signal, dryRun }: Call & { dryRun: boolean },
): Promise<Maintained> {
  let found: readonly UnreadableRecord[] = []
  const result = await records.maintain(sessionId, {
    ...reading(records.cipher(sessionId)),
    signal,
    decide: ({ record }) => record,
    removeUnreadable: (unreadable, opened) => {
      const going = unreadable.filter(({ code }) => code !== 'SESSION_KEY_UNKNOWN')
      if (opened === 0 && going.length > 0) throw nothingOpens(going)
      found = going
      return dryRun ? [] : going
    },
  })
  if (dryRun) return { items: found.length, removed: [...found] }
  return { ...result, removed: result.removed.toSorted((a, b) => a.position - b.position) }
}

function reading(cipher: SessionCipher): Pick<Plan, 'open' | 'isExpired'> {
  return { open: (record) => cipher.open(record), isExpired: (opened) => cipher.isExpired(opened) }
}

/** As with a key that is not the right one: whoever is sure that it is can delete the session. */
function nothingOpens([first, ...others]: readonly UnreadableRecord[]): SessionError {
  const reason = `None of the records opens, as with a wrong key. The first of ${others.length + 1}: ${first?.reason}`
  return new SessionError(first?.code ?? 'SESSION_DECRYPT_FAILED', `${reason}. Nothing was removed.`)
}
