import { type Call, type ErrorMapper, translateError } from './errors/translate.ts'
import type { Lifecycle } from './lifecycle.ts'

/**
 * Runs a public call: only while open, with errors that name it. Work that finds everything open starts in the caller's own
 * tick, so that arguments are read before they can change.
 */
export async function guarded<T>(
  lifecycle: Lifecycle,
  call: Call,
  work: () => T | Promise<T>,
  mapError?: ErrorMapper,
): Promise<T> {
  const opening = enter(lifecycle, call)
  try {
    if (opening !== undefined) await opening
    return await work()
  } catch (error) {
    throw translateError(error, call, mapError)
  } finally {
    lifecycle.leave()
  }
}

function enter(lifecycle: Lifecycle, call: Call): Promise<void> | undefined {
  try {
    return lifecycle.enter()
  } catch (error) {
    throw translateError(error, call)
  }
}
