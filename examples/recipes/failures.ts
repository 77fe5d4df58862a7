// What a client of these servers is told when something goes wrong.
import { SessionError } from '@sessions/core'
import type { ErrorRequestHandler } from 'express'
import { ZodError } from 'zod'

export const failures: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return next(error) // a stream that has begun can only be cut
  if (error instanceof ZodError) return response.status(400).json({ error: 'Bad request' })
  if (!(error instanceof SessionError)) return next(error)
  if (error.code === 'SESSION_IN_USE') return response.status(409).json({ error: error.code }) // an answer is under way
  console.error(error) // its text holds no items, keys or credentials
  if (error.retryable) response.set('Retry-After', '1')
  response.status(error.retryable ? 503 : 500).json({ error: error.code })
}
