import type { SessionKeys } from './session-keys.ts'

/** A record that was opened. */
export interface Opened {
  /** What was encrypted: a record of the codec. */
  readonly text: string
  /** Under which key; absent for a record that was not encrypted. */
  readonly keyId?: string
  /** What no two envelopes have in common; absent for a record that was not encrypted. */
  readonly nonce?: string
  /** When it was written, in milliseconds since the epoch; absent for a record that was not encrypted. */
  readonly written?: number
  /** How much later than `written` it may have been written: formats differ in precision. */
  readonly precision?: number
  /** Whether it is of an older version of its format, which rotating keys ends. */
  readonly outdated?: boolean
}

/** A record that looks like an envelope and is not opened yet. */
export interface SealedEnvelope {
  /** Under which key; absent where the format does not say, so that every key must be tried. */
  readonly keyId?: string
  /** What it means where it does not open under its key. */
  readonly problem: string
  /** `undefined` where it is not authentic under these keys. @throws SESSION_DECRYPT_FAILED that says why, where that can be told */
  open(keys: SessionKeys): Opened | undefined | Promise<Opened | undefined>
}

/** A way of writing one encrypted record as one JSON text. */
export interface EnvelopeFormat {
  seal(text: string, written: number, keys: SessionKeys): string | Promise<string>
  /** `undefined` for what is no envelope. @throws SESSION_DECRYPT_FAILED for one that is malformed */
  parse(record: string): SealedEnvelope | undefined
  /** Why envelopes cannot be bound to this session id. */
  idProblem?(sessionId: string): string | undefined
}

/** Random bytes, as `crypto.getRandomValues` gives them. */
export type RandomBytes = (length: number) => Uint8Array

export const randomBytes: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length))
