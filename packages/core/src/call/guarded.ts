import { SessionError } from '../errors/session-error.ts'
import { type Call, type ErrorMapper, translateError } from '../errors/translate.ts'
import { CallerFailure } from './caller-failure.ts'
import { isObserved, Span } from './diagnostics.ts'
import { yieldIfLong } from './event-loop.ts'
import type { Lifecycle } from './lifecycle.ts'

/**
 * Runs a public call: only while open, with arguments that `check` found right, and errors that name the call. What `check` throws is the
 * caller's mistake and stays what it is; the store is not opened for it. Work that finds everything open starts in the caller's own
 * tick, so that arguments are read before they can change.
 * @param isHeld - whether it is part of a call for which the lifecycle was held, so that it goes on after `close()`
 */
export function guarded<A, T>(
  lifecycle: Lifecycle,
  call: Call,
  check: () => A,
  work: (given: A) => T | Promise<T>,
  mapError?: ErrorMapper,
  isHeld = false,
): Promise<T> {
  if (!isObserved()) return run(lifecycle, call, check, work, mapError, isHeld)
  const start = (): Promise<T> => run(lifecycle, call, check, work, mapError, isHeld)
  return observed(new Span(call, lifecycle.of, lifecycle.owner), start)
}

/**
 * Goes through what `start` gives; a mistake in the arguments is thrown at once, what else is wrong at the first step. Each step is a call of its own, so that the consumer may
 * pause as long as it likes, or close the store; for those who listen, all steps are one.
 */
export function guardedIteration<A, T>(
  lifecycle: Lifecycle,
  call: Call,
  check: () => A,
  start: (given: A) => AsyncIterable<T>,
  mapError?: ErrorMapper,
): AsyncIterable<T> {
  try {
    lifecycle.assertOpen()
    const given = check()
    return steps(lifecycle, call, () => start(given), mapError)
  } catch (error) {
    if (error instanceof SessionError) return steps(lifecycle, call, () => fail(error), mapError)
    if (isObserved()) {
      const span = new Span(call, lifecycle.of, lifecycle.owner)
      span.begin(() => {})
      span.fail(error)
    }
    throw error
  }
}

async function* steps<T>(
  lifecycle: Lifecycle,
  call: Call,
  start: () => AsyncIterable<T>,
  mapError: ErrorMapper | undefined,
): AsyncIterable<T> {
  const span = isObserved() ? new Span(call, lifecycle.of, lifecycle.owner) : undefined
  const step = <R>(work: () => R | Promise<R>): Promise<R> => {
    const taken = (): Promise<R> => run(lifecycle, call, unchecked, work, mapError, false)
    return span === undefined ? taken() : span.within(taken)
  }
  span?.begin(unchecked)
  let iterator: AsyncIterator<T> | undefined
  try {
    const opened = await step(() => start()[Symbol.asyncIterator]())
    iterator = opened
    for (;;) {
      const next = await step(() => opened.next())
      if (next.done === true) break
      if (span !== undefined) span.context.count = (span.context.count ?? 0) + lengthOf(next.value)
      yield next.value
    }
  } catch (error) {
    span?.fail(error)
    throw error
  } finally {
    await end(iterator, call, mapError)
    if (span?.context.code === undefined) span?.end()
  }
}

async function end(
  iterator: AsyncIterator<unknown> | undefined,
  call: Call,
  mapError: ErrorMapper | undefined,
): Promise<void> {
  try {
    await iterator?.return?.()
  } catch (error) {
    throw translateError(error, call, mapError)
  }
}

/** A page counts for what is on it. */
function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 1
}

async function run<A, T>(
  lifecycle: Lifecycle,
  call: Call,
  check: () => A,
  work: (given: A) => T | Promise<T>,
  mapError: ErrorMapper | undefined,
  isHeld: boolean,
): Promise<T> {
  const { given, opening } = enter(lifecycle, call, check, isHeld)
  try {
    if (opening !== undefined) await opening
    // A store that finishes without waiting would let nothing else have its turn.
    const pause = lifecycle.of === 'store' ? yieldIfLong() : undefined
    if (pause !== undefined) await pause
    return await work(given)
  } catch (error) {
    throw error instanceof CallerFailure ? error.reason : translateError(error, call, mapError)
  } finally {
    lifecycle.leave()
  }
}

async function observed<T>(span: Span, start: () => Promise<T>): Promise<T> {
  try {
    const result = await span.begin(start)
    span.end()
    return result
  } catch (error) {
    span.fail(error)
    throw error
  }
}

function enter<A>(
  lifecycle: Lifecycle,
  call: Call,
  check: () => A,
  isHeld: boolean,
): { given: A; opening: Promise<void> | undefined } {
  try {
    if (!isHeld) lifecycle.assertOpen()
    const given = check()
    return { given, opening: lifecycle.enter() }
  } catch (error) {
    throw error instanceof SessionError ? translateError(error, call) : error
  }
}

/** Closes once, and names itself in the error where that fails. */
export async function closing(close: () => Promise<void>, mapError?: ErrorMapper): Promise<void> {
  try {
    await close()
  } catch (error) {
    throw translateError(error, { operation: 'close' }, mapError)
  }
}

/** For a call without arguments. */
export function unchecked(): void {}

function fail(error: SessionError): never {
  throw error
}
