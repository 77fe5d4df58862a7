import { driverError } from './driver-error.ts'

/** Takes out of a driver's error what may quote rows or values: they are nobody's business but the caller's. */
export function redact(error: unknown): unknown {
  for (const each of new Set([error, driverError(error)])) {
    if (!(each instanceof Error)) continue
    const fields = each as unknown as Record<string, unknown>
    for (const field of ['detail', 'hint', 'where', 'internalQuery', 'sql', 'parameters', 'query']) {
      if (field in fields) fields[field] = undefined
    }
    const quotes = quotesValues(fields)
    const message = quotes
      ? 'The message is left out, since it quotes values.'
      : String(fields.sqlMessage ?? each.message)
    if (message === each.message) continue
    each.message = message
    each.stack = `${each.name}: ${message}`
    if (quotes) fields.sqlMessage = undefined
  }
  return error
}

/**
 * Whether the message may quote values. SQLSTATE classes: 22 malformed or too long, 23 and 44 against a constraint, 45 and P0
 * what a trigger says, which may also choose a state of its own.
 */
function quotesValues({ severity, code, sqlState, errno, routine }: Record<string, unknown>): boolean {
  const state = String(severity !== undefined ? code : (sqlState ?? ''))
  if (routine === 'exec_stmt_raise' || errno === 1644) return true
  return /^(22|23|44|45|P0)/.test(state) || errno === 1366 || errno === 1406
}
