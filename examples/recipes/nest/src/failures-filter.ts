import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common'
import { SessionError } from '@sessions/core'

/** What a client is told when a conversation cannot be read or written. */
@Catch(SessionError)
export class Failures implements ExceptionFilter<SessionError> {
  catch(error: SessionError, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse()
    const busy = error.code === 'SESSION_IN_USE' // an answer is under way
    if (!busy) console.error(error) // its text holds no items, keys or credentials
    if (error.retryable) response.set('Retry-After', '1')
    response.status(busy ? 409 : error.retryable ? 503 : 500).json({ error: error.code })
  }
}
