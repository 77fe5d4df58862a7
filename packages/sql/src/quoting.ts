/** Fields of drivers' errors that may quote rows, values or statements; the last two are PGlite's. */
export const quotingFields = [
  'detail',
  'hint',
  'where',
  'internalQuery',
  'sql',
  'parameters',
  'query',
  'params',
  'queryOptions',
] as const

/**
 * Whether the message may quote values. SQLSTATE classes: 22 malformed or too long, 23 and 44 against a constraint, 45 and P0
 * what a trigger says, which may also choose a state of its own.
 */
export function quotesValues({ severity, code, sqlState, errno, routine }: Record<string, unknown>): boolean {
  const state = String(severity !== undefined ? code : (sqlState ?? ''))
  if (routine === 'exec_stmt_raise' || errno === 1644) return true
  return /^(22|23|44|45|P0)/.test(state) || errno === 1366 || errno === 1406
}
