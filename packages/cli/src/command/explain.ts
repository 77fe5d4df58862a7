import { Failure, type Outcome } from '../exit-codes.ts'

/** What went wrong, for a person and for a program. */
export interface Explanation {
  outcome: Outcome
  message: string
  /** Of a `SessionError`. */
  code?: string
  /** What to do about it. */
  remedy?: string
}

/** What the remedies of the package say in code, in terms of this program. */
const remedies: Readonly<Record<string, string>> = {
  SESSION_SCHEMA_MISSING: '`sessions schema --apply` makes the tables, or brings them up to date.',
  SESSION_PLAINTEXT_REFUSED: 'For a history of before, `sessions rekey --plaintext` encrypts it.',
  SESSION_DECRYPT_FAILED: 'For another key, check the key. Else the record was altered: restore it from a backup.',
  SESSION_KEY_UNKNOWN: 'Add a line with that id and its key to what --key names.',
  SESSION_RECORD_CORRUPT: '`sessions verify` says which records; repair or delete them.',
  SESSION_EXISTS: 'Choose another id; for copies, --on-conflict skip or replace.',
}
const later: ReadonlySet<string> = new Set(['SESSION_UNAVAILABLE', 'SESSION_BUSY', 'SESSION_CLOCK_SKEW'])

/** Whatever was thrown, as an end of the command. */
export async function explain(error: unknown): Promise<Explanation> {
  if (error instanceof Failure) return { outcome: error.outcome, message: error.message }
  const { code, message } = error as { code?: unknown; message?: unknown }
  const text = typeof message === 'string' ? message : String(error)
  if (typeof code !== 'string' || !code.startsWith('SESSION_')) {
    return { outcome: 'bug', message: `Something unforeseen happened: ${text}` }
  }
  const { sessionErrorCodes } = await import('@sessions/core')
  const known: Readonly<Record<string, { remedy: string }>> = sessionErrorCodes
  const remedy = remedies[code] ?? known[code]?.remedy
  const outcome = later.has(code) ? 'unavailable' : 'refused'
  return { outcome, message: `${text} (${code})`, code, ...(remedy !== undefined && { remedy }) }
}
