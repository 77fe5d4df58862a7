import { SessionError } from '../errors/session-error.ts'
import { type Call, type ErrorMapper, translateError } from '../errors/translate.ts'
import { isObserved, publish } from './diagnostics.ts'
import type { Lifecycle } from './lifecycle.ts'

/**
 * Runs a public call: only while open, with errors that name it. Work that finds everything open starts in the caller's own
 * tick, so that arguments are read before they can change.
 */
export function guarded<T>(
  lifecycle: Lifecycle,
  call: Call,
  work: () => T | Promise<T>,
  mapError?: ErrorMapper,
): Promise<T> {
  if (!isObserved()) return run(lifecycle, call, work, mapError)
  return observed(lifecycle.of, call, () => run(lifecycle, call, work, mapError))
}

async function run<T>(
  lifecycle: Lifecycle,
  call: Call,
  work: () => T | Promise<T>,
  mapError: ErrorMapper | undefined,
): Promise<T> {
  const opening = enter(lifecycle, call)
  try {
    if (opening !== undefined) await opening.catch(throwCopy)
    return await work()
  } catch (error) {
    throw translateError(error, call, mapError)
  } finally {
    lifecycle.leave()
  }
}

async function observed<T>(on: Lifecycle['of'], call: Call, start: () => Promise<T>): Promise<T> {
  const startedAt = performance.now()
  try {
    const result = await start()
    publish({ on, ...call, durationMs: performance.now() - startedAt })
    return result
  } catch (error) {
    const { code } = translateError(error, call)
    publish({ on, ...call, durationMs: performance.now() - startedAt, code })
    throw error
  }
}

function enter(lifecycle: Lifecycle, call: Call): Promise<void> | undefined {
  try {
    return lifecycle.enter()
  } catch (error) {
    throw translateError(error, call)
  }
}

/** Many calls may wait for one failed open; each names itself in an error of its own. */
function throwCopy(error: unknown): never {
  if (!(error instanceof SessionError)) throw error
  const { code, message, retryable, ambiguous, cause } = error
  throw new SessionError(code, message, { retryable, ambiguous, cause })
}

/** Closes once, and names itself in the error where that fails. */
export async function closing(close: () => Promise<void>, mapError?: ErrorMapper): Promise<void> {
  try {
    await close()
  } catch (error) {
    throw translateError(error, { operation: 'close' }, mapError)
  }
}
