import assert from 'node:assert/strict'
import { inspect, isDeepStrictEqual } from 'node:util'
import type { SessionErrorCode } from '../errors/codes.ts'
import { SessionError } from '../errors/session-error.ts'
import type { SessionStore } from '../session/session-store.ts'
import type { SessionFilter } from '../store/session-filter.ts'
import type { Item, ItemSession } from './item.ts'

/** A user message: an item that every part of the SDK takes. */
export function message(content: string): Item {
  return { role: 'user', content }
}

/** Messages that differ by their number. */
export function messages(count: number, prefix = 'message'): Item[] {
  return Array.from({ length: count }, (_, index) => message(`${prefix} ${index}`))
}

/** A batch whose items say where they belong: writer, batch, place, size. */
export function batch(writer: string, index: number, size: number): Item[] {
  return Array.from({ length: size }, (_, place) => message(`${writer}/${index}/${place}/${size}`))
}

/**
 * Checks that every batch is there whole, its items next to each other, and those of one writer in their order.
 * Gives the number of batches of each writer.
 */
export function assertWholeBatches(items: readonly Item[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (let start = 0; start < items.length; ) {
    const [writer = '', index, place, size] = String(items[start]?.content).split('/')
    assert.equal(place, '0', `item ${start} is the middle of a batch whose beginning is elsewhere`)
    const found = items.slice(start, start + Number(size))
    assertEqual(found, batch(writer, Number(index), Number(size)), `the batch at item ${start} is torn`)
    assert.equal(Number(index), counts.get(writer) ?? 0, `a batch of writer ${writer} is lost, double or out of order`)
    counts.set(writer, Number(index) + 1)
    start += Number(size)
  }
  return counts
}

/** Whether batches of some writer have those of others between them: they were written at the same time. */
export function isInterleaved(items: readonly Item[]): boolean {
  const writers = items.map(({ content }) => String(content).split('/')[0])
  const spells = writers.filter((writer, index) => writer !== writers[index - 1]).length
  return spells > new Set(writers).size
}

/**
 * Deep, strict equality whose message stays short and quick to make, however large the values: it names the first element
 * that differs.
 */
export function assertEqual(actual: unknown, expected: unknown, what = 'the result'): void {
  if (isDeepStrictEqual(actual, expected)) return
  const message = `${what} differs: ${difference(actual, expected)}`
  throw new assert.AssertionError({ message, stackStartFn: assertEqual })
}

function difference(actual: unknown, expected: unknown): string {
  if (!Array.isArray(actual) || !Array.isArray(expected)) return `expected ${brief(expected)}, got ${brief(actual)}`
  const length = actual.length === expected.length ? '' : `expected ${expected.length} elements, got ${actual.length}; `
  const index = expected.findIndex((value, place) => !isDeepStrictEqual(actual[place], value))
  if (index < 0) return `${length}the first ${expected.length} are equal`
  return `${length}element ${index}: expected ${brief(expected[index])}, got ${brief(actual[index])}`
}

function brief(value: unknown): string {
  const text = inspect(value, { depth: 4, maxStringLength: 80, maxArrayLength: 5, breakLength: Infinity })
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`
}

export async function assertItems(session: Pick<ItemSession, 'getItems'>, expected: readonly Item[]): Promise<void> {
  assertEqual(await session.getItems(), expected)
}

/** Checks that the call rejects, or throws, a `SessionError` with this code, and gives the error. */
export async function assertCode(call: () => unknown, code: SessionErrorCode): Promise<SessionError> {
  const error = await caught(call)
  assert.ok(error instanceof SessionError, `expected ${code}, got ${error === undefined ? 'no error' : error}`)
  assert.equal(error.code, code)
  return error
}

/** Checks that the call rejects, or throws, an error of this class: a mistake of the caller's. */
export async function assertMistake(
  call: () => unknown,
  kind: typeof TypeError | typeof RangeError,
  what: string,
): Promise<void> {
  const error = await caught(call)
  assert.ok(error instanceof kind, `${what}: expected a ${kind.name}, got ${error === undefined ? 'no error' : error}`)
}

export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = []
  for await (const value of iterable) values.push(value)
  return values
}

/**
 * Writes sessions so that each was changed after the one before it, also where the clock stands still: the k-th is written
 * k times, and every change moves `updatedAt`.
 */
export async function writeInOrder(store: SessionStore, ids: readonly string[]): Promise<void> {
  for (const [index, id] of ids.entries()) {
    for (let time = 0; time <= index; time++) await store.session<Item>(id).addItems([message(id)])
  }
}

/** Ids of the sessions that a filter lists, in their order. */
export async function listed(store: SessionStore, filter?: SessionFilter): Promise<string[]> {
  return (await collect(store.listSessions(filter))).map(({ sessionId }) => sessionId)
}

async function caught(call: () => unknown): Promise<unknown> {
  try {
    await call()
    return undefined
  } catch (error) {
    return error
  }
}
