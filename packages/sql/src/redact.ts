import { driverError } from './driver-error.ts'
import { quotesValues, quotingFields } from './quoting.ts'

/** Takes out of a driver's error what may quote rows or values: they are nobody's business but the caller's. */
export function redact(error: unknown): unknown {
  for (const each of new Set([error, driverError(error)])) {
    if (!(each instanceof Error)) continue
    const fields = each as unknown as Record<string, unknown>
    for (const field of quotingFields) {
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
