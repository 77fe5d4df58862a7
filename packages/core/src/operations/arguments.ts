import { CallerFailure } from '../call/caller-failure.ts'
import { describe } from '../call/describe.ts'
import { checkInteger } from '../call/validate.ts'
import type { ItemCodec } from '../codec/item-codec.ts'
import type { RecordStore } from '../store/record-store.ts'
import type { OnConflict } from './transfer.ts'

/** By shape: it may be of another copy of this package. @throws TypeError */
export function assertStore(store: unknown, name: string): asserts store is RecordStore {
  const { moves, records } = (store ?? {}) as Partial<RecordStore>
  if (typeof moves?.restore === 'function' && typeof records?.commit === 'function') return
  throw new TypeError(`${name} must be a store of sessions, not ${describe(store)}.`)
}

/** @throws TypeError for what cannot encode and decode */
export function assertCodec(codec: unknown, name: string): asserts codec is ItemCodec<object> {
  const { encode, decode } = (codec ?? {}) as Partial<ItemCodec<object>>
  if (typeof encode === 'function' && typeof decode === 'function') return
  throw new TypeError(`${name} must be an ItemCodec with encode and decode, not ${describe(codec)}.`)
}

/** @throws TypeError for anything but one of them */
export function checkOnConflict(onConflict: unknown = 'fail'): OnConflict {
  if (onConflict === 'fail' || onConflict === 'skip' || onConflict === 'replace') return onConflict
  throw new TypeError("onConflict must be 'fail', 'skip' or 'replace'.")
}

/** @throws RangeError for what is no integer from 1 to 1,000 */
export function checkConcurrency(concurrency = 4): number {
  checkInteger('concurrency', concurrency, 1, 1_000)
  return concurrency
}

/** What the caller's own code threw, or their signal gave, reaches them as it is. */
export async function asCallers<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof CallerFailure ? error.reason : error
  }
}

/** The same for an iteration. */
export async function* eachAsCallers<T>(source: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* source
  } catch (error) {
    throw error instanceof CallerFailure ? error.reason : error
  }
}
