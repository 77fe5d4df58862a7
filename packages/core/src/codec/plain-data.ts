import { describe, isBytes, isPlain } from '../call/describe.ts'
import { SessionError } from '../errors/session-error.ts'

/** Deeper values could overflow the stack of a process that reads them, where one that wrote them had room. */
const maxDepth = 1_550

type Path = (string | number)[]

/**
 * Refuses an item that would not come back as it is: anything but plain objects, arrays, strings, finite numbers,
 * booleans, `null` and `Uint8Array`. Properties that are `undefined` pass: they vanish, as in JSON.
 * @param at - what the message calls the item, such as `items[2]`
 * @throws SESSION_ITEM_INVALID with the path of the first offender
 */
export function assertItem(item: unknown, at: string): asserts item is object {
  if (typeof item !== 'object' || item === null || Array.isArray(item) || isBytes(item)) {
    throw invalid(at, [], `is ${describe(item)}; an item is a plain object`)
  }
  visit(item, at, [], [])
}

/** The same for every item of an array. @throws TypeError where it is no array */
export function assertItems(items: unknown, name: string): asserts items is readonly object[] {
  if (!Array.isArray(items)) throw new TypeError(`${name} must be an array, not ${describe(items)}.`)
  for (let index = 0; index < items.length; index++) assertItem(items[index], `${name}[${index}]`)
}

function visit(value: unknown, at: string, path: Path, ancestors: object[]): void {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return
  if (typeof value === 'number' && Number.isFinite(value)) return
  if (typeof value !== 'object') throw invalid(at, path, `is ${describe(value)}, which cannot be stored`)
  if (isBytes(value)) return
  if (ancestors.length === maxDepth) throw tooDeep(at, path, ancestors)
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    throw invalid(at, path, 'has a method toJSON, which would replace it')
  }
  ancestors.push(value)
  if (Array.isArray(value)) visitElements(value, at, path, ancestors)
  else visitProperties(value, at, path, ancestors)
  ancestors.pop()
}

function visitElements(array: readonly unknown[], at: string, path: Path, ancestors: object[]): void {
  if (!Object.hasOwn(Object.getPrototypeOf(array) ?? {}, 'concat')) {
    throw invalid(at, path, 'is an instance of a class, which cannot be stored')
  }
  if (Object.keys(array).length !== array.length) {
    throw invalid(at, path, 'is an array with holes or with properties of its own, which cannot be stored')
  }
  for (let index = 0; index < array.length; index++) {
    path.push(index)
    visit(array[index], at, path, ancestors)
    path.pop()
  }
}

function visitProperties(object: object, at: string, path: Path, ancestors: object[]): void {
  if (!isPlain(object)) throw invalid(at, path, 'is an instance of a class, which cannot be stored')
  if (Object.getOwnPropertySymbols(object).length > 0) {
    throw invalid(at, path, 'has a property whose key is a symbol, which cannot be stored')
  }
  for (const key of Object.keys(object)) {
    const value = (object as Record<string, unknown>)[key]
    if (value === undefined) continue
    path.push(key)
    visit(value, at, path, ancestors)
    path.pop()
  }
}

function tooDeep(at: string, path: Path, ancestors: object[]): SessionError {
  const seen = new Set<object>()
  for (const [depth, ancestor] of ancestors.entries()) {
    if (seen.has(ancestor)) return invalid(at, path.slice(0, depth), 'contains itself, which cannot be stored')
    seen.add(ancestor)
  }
  return invalid(at, path.slice(0, 8), `is nested deeper than ${maxDepth} levels`)
}

function invalid(at: string, path: Path, what: string): SessionError {
  return new SessionError('SESSION_ITEM_INVALID', `${at}${path.map(segment).join('')} ${what}. Nothing was written.`)
}

function segment(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}
