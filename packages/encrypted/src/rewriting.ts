import type { EncryptedRecords } from './encrypted-records.ts'
import type { Encryption } from './options.ts'

/** Encrypts again what is under other keys than the first, with the time that it had. Resolves to the number of records. */
export function reencrypt(records: EncryptedRecords, { ring }: Encryption, sessionId: string): Promise<number> {
  const cipher = records.cipher(sessionId)
  return records.rewrite(sessionId, ({ record, opened: { text, keyId, written } }) => {
    return keyId === undefined || keyId === ring.currentId ? [record] : cipher.seal([text], written)
  })
}

/** Encrypts what is not. Resolves to the number of records. */
export function encryptPlaintext(records: EncryptedRecords, sessionId: string): Promise<number> {
  const cipher = records.cipher(sessionId)
  return records.rewrite(sessionId, ({ record, opened: { text, keyId } }) => {
    return keyId === undefined ? cipher.seal([text]) : [record]
  })
}

/** Removes what is expired. Resolves to the number of records. */
export function removeExpired(records: EncryptedRecords, sessionId: string): Promise<number> {
  return records.rewrite(sessionId, ({ record, expired }) => (expired ? [] : [record]))
}
