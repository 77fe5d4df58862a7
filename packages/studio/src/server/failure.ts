import { Failure, redacted } from '@sessions/cli/program'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Problem } from '../shared/api.ts'

/** An answer that is no success, in words for whoever looks at the page. */
export class Refusal extends Error {
  readonly status: ContentfulStatusCode

  constructor(status: ContentfulStatusCode, message: string) {
    super(message)
    this.status = status
  }
}

const statuses: Readonly<Record<string, ContentfulStatusCode>> = {
  SESSION_CONFLICT: 409,
  SESSION_EXISTS: 409,
  SESSION_IN_USE: 409,
  SESSION_LEASE_LOST: 409,
  SESSION_UNSUPPORTED: 501,
  SESSION_UNAVAILABLE: 503,
  SESSION_BUSY: 503,
}

/** Whatever was thrown, as an answer that holds no secret. */
export function failure(error: Error, context: Context): Response {
  const { code } = error as { code?: unknown }
  const body: Problem = { error: redacted(error.message), ...(typeof code === 'string' && { code }) }
  if (error instanceof Refusal) return context.json(body, error.status)
  if (error instanceof Failure) return context.json(body, 400)
  if (typeof code === 'string') return context.json(body, statuses[code] ?? 500)
  return context.json(body, error instanceof TypeError || error instanceof RangeError ? 400 : 500)
}
