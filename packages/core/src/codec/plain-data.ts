import { describe, isBytes, isPlain, isProxy } from '../call/describe.ts'
import { SessionError } from '../errors/session-error.ts'

/** Deeper values could overflow the stack of a process that reads them, where one that wrote them had room. */
const maxDepth = 1_550

/** Where in an item something stands. */
type Path = (string | number)[]

/** Why a value is refused. Whoever catches it knows where the value stands. */
class Refusal {
  readonly reason: string
  /** How many steps of the path the message names; all without it. */
  readonly depth: number | undefined

  constructor(reason: string, depth?: number) {
    this.reason = reason
    this.depth = depth
  }
}

/**
 * A copy of an item that shares nothing with it, made by reading each property once: what was checked is what is stored. Properties
 * that are `undefined` stay; they vanish when the item is written, as in JSON.
 * @param at - what the message calls the item, such as `metadata`, or with an `index` the array that has it, such as `items`
 * @throws SESSION_ITEM_INVALID with the path of the first value that would not come back as it is: anything but plain objects, arrays,
 * strings, finite numbers, booleans, `null` and `Uint8Array`
 */
export function takeItem<T extends object>(item: T, at: string, index?: number): T {
  return read(
    at,
    (path) => {
      if (!isItem(item)) throw new Refusal(`is ${describe(item)}; an item is a plain object`)
      return take(item, path, []) as T
    },
    index,
  )
}

/** The same for every item of an array. @throws TypeError where it is no array */
export function takeItems<T extends object>(items: readonly T[], name: string): T[] {
  if (!Array.isArray(items)) throw new TypeError(`${name} must be an array, not ${describe(items)}.`)
  const elements = read(name, (path) => {
    if (isProxy(items)) throw new Refusal(behindProxy)
    const found: T[] = []
    for (let index = 0, { length } = items; index < length; index++) {
      path[0] = index
      found.push(items[index] as T)
    }
    return found
  })
  return elements.map((item, index) => takeItem(item, name, index))
}

const behindProxy = 'is a Proxy, which cannot be stored; pass a copy of what is behind it'

function isItem(item: unknown): boolean {
  return typeof item === 'object' && item !== null && !Array.isArray(item) && !isBytes(item)
}

/** What a getter throws may quote what it reads, so nothing of it is passed on. */
function read<T>(at: string, work: (path: Path) => T, index?: number): T {
  const path: Path = []
  try {
    return work(path)
  } catch (error) {
    const { reason, depth } = error instanceof Refusal ? error : new Refusal('throws an error when it is read')
    const where = [...(index === undefined ? [] : [index]), ...path.slice(0, depth)].map(segment).join('')
    throw new SessionError('SESSION_ITEM_INVALID', `${at}${where} ${reason}. Nothing was written.`)
  }
}

function take(value: unknown, path: Path, ancestors: object[]): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value !== 'object') throw new Refusal(`is ${describe(value)}, which cannot be stored`)
  if (isBytes(value)) return takeBytes(value)
  if (isProxy(value)) throw new Refusal(behindProxy)
  if (ancestors.length === maxDepth) throw tooDeep(ancestors)
  ancestors.push(value)
  const taken = Array.isArray(value) ? takeElements(value, path, ancestors) : takeProperties(value, path, ancestors)
  ancestors.pop()
  if (typeof (taken as { toJSON?: unknown }).toJSON === 'function') {
    throw new Refusal('has a method toJSON, which would replace it')
  }
  return taken
}

function takeElements(array: readonly unknown[], path: Path, ancestors: object[]): unknown[] {
  if (!Object.hasOwn(Object.getPrototypeOf(array) ?? {}, 'concat')) {
    throw new Refusal('is an instance of a class, which cannot be stored')
  }
  // Its own keys are its indexes and `length`. A hole in the place of a key too many is found below.
  if (countKeys(array) !== array.length + 1) {
    throw new Refusal('is an array with holes or with properties of its own, which cannot be stored')
  }
  const taken: unknown[] = []
  for (let index = 0; index < array.length; index++) {
    path.push(index)
    taken.push(take(array[index], path, ancestors))
    path.pop()
  }
  return taken
}

function takeProperties(object: object, path: Path, ancestors: object[]): object {
  if (!isPlain(object)) throw new Refusal('is an instance of a class, which cannot be stored')
  const names = Object.keys(object)
  if (countKeys(object) !== names.length) throw new Refusal(whatIsHidden(object))
  const taken: Record<string, unknown> = {}
  for (const name of names) {
    path.push(name)
    const value = (object as Record<string, unknown>)[name]
    const copy = value === undefined ? undefined : take(value, path, ancestors)
    if (name === '__proto__') define(taken, name, copy)
    else taken[name] = copy
    path.pop()
  }
  return taken
}

/** Those of `Reflect.ownKeys`, which takes three times as long. */
function countKeys(object: object): number {
  return Object.getOwnPropertyNames(object).length + Object.getOwnPropertySymbols(object).length
}

/** An assignment would set the prototype. */
function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
}

function whatIsHidden(object: object): string {
  const hidden = Reflect.ownKeys(object).find((key) => !Object.prototype.propertyIsEnumerable.call(object, key))
  const which =
    typeof hidden === 'string' ? `${JSON.stringify(hidden)}, which is not enumerable` : 'whose key is a symbol'
  return `has a property ${which} and cannot be stored`
}

/** Its memory may be shared, or grow and shrink with its buffer: what counts is what it holds now. */
function takeBytes(bytes: Uint8Array): Uint8Array {
  try {
    return new Uint8Array(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new Refusal('holds bytes whose memory is gone: it was transferred elsewhere, or shrunk')
  }
}

function tooDeep(ancestors: object[]): Refusal {
  const seen = new Set<object>()
  for (const [depth, ancestor] of ancestors.entries()) {
    if (seen.has(ancestor)) return new Refusal('contains itself, which cannot be stored', depth)
    seen.add(ancestor)
  }
  return new Refusal(`is nested deeper than ${maxDepth} levels`, 8)
}

function segment(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}
