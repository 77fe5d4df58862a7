import { type Clock, systemClock } from './clock.ts'
import { describe } from './describe.ts'
import { assertPlatform } from './platform.ts'

/** The longest session id and operation id, in UTF-16 units: what a `VARCHAR(255)` holds. */
const maxIdLength = 255
/** The last instant a `Date` can hold (ECMA-262, 21.4.1.1), in milliseconds. */
const maxTime = 8.64e15

/** @throws TypeError for anything but a non-empty string of up to 255 UTF-16 units that every backend can keep apart */
export function assertId(id: unknown, name: string): asserts id is string {
  assertPlatform()
  if (typeof id !== 'string') throw new TypeError(`${name} must be a string, not ${describe(id)}.`)
  if (id === '') throw new TypeError(`${name} must not be empty.`)
  if (id.length > maxIdLength) {
    throw new TypeError(`${name} must have at most ${maxIdLength} UTF-16 units, not ${id.length}.`)
  }
  if (!id.isWellFormed()) throw new TypeError(`${name} must be well-formed Unicode: it has a lone surrogate.`)
  if (id.includes('\0')) throw new TypeError(`${name} must not contain NUL characters.`)
}

/** `undefined` for all. Beyond 2^53-1 it is that. @throws RangeError for a number that is no integer, TypeError for no number */
export function checkLimit(limit: unknown, name = 'limit'): number | undefined {
  if (limit === undefined) return undefined
  if (typeof limit !== 'number') throw new TypeError(`${name} must be a number, not ${describe(limit)}.`)
  if (!Number.isInteger(limit)) throw new RangeError(`${name} must be an integer, not ${limit}.`)
  return Math.min(limit, Number.MAX_SAFE_INTEGER)
}

/**
 * Seconds, fractions included; `undefined` for no expiry.
 * @throws RangeError for what is not positive or reaches beyond the last `Date`, TypeError for no number
 */
export function checkTTL(ttl: unknown, name = 'ttl'): number | undefined {
  if (ttl === undefined) return undefined
  if (typeof ttl !== 'number') throw new TypeError(`${name} must be a number of seconds, not ${describe(ttl)}.`)
  if (!(ttl > 0 && Date.now() + ttl * 1000 <= maxTime)) {
    throw new RangeError(`${name} must be a positive number of seconds within the range of Date, not ${ttl}.`)
  }
  return ttl
}

/** @throws RangeError for what is no integer, or none from `least` to `most` */
export function checkInteger(name: string, value: number, least: number, most: number = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be an integer from ${least} to ${most}, not ${value}.`)
  }
}

/** What a timer can wait for at most (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args), which else fires at once. */
const maxTimeoutMs = 2 ** 31 - 1

/** For everything that is waited for. @throws RangeError for what is no integer, or none from `least` to 2^31-1 */
export function checkMilliseconds(name: string, value: number, least = 0): void {
  checkInteger(name, value, least, maxTimeoutMs)
}

/**
 * What one option takes: a `typeof` name, `object` for any object or function, `any` for what is checked by whoever uses it.
 */
export type OptionTypes = Readonly<Record<string, 'string' | 'number' | 'boolean' | 'object' | 'any'>>

/**
 * Checks an options object by name and type; ranges are the business of whoever knows them.
 * @throws TypeError that names the unknown, missing or mistyped option, never its value
 */
export function assertOptions(
  owner: string,
  options: unknown,
  types: OptionTypes,
  required: readonly string[] = [],
): void {
  assertPlatform()
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${owner} takes an options object, not ${describe(options)}.`)
  }
  const given = options as Record<string, unknown>
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(types, name)) {
      const known = Object.keys(types).join(', ')
      throw new TypeError(`${owner} has no option ${JSON.stringify(name)}; it takes ${known}.`)
    }
  }
  for (const name of Object.keys(types)) {
    if (name in given && !Object.hasOwn(given, name)) {
      throw new TypeError(`${owner}: ${name} is inherited; pass a plain options object.`)
    }
  }
  for (const name of required) {
    if (given[name] === undefined) throw new TypeError(`${owner} needs the option ${name}.`)
  }
  for (const [name, type] of Object.entries(types)) {
    const value = given[name]
    if (value === undefined || type === 'any') continue
    const fits = type === 'object' ? typeof value === 'function' || isObject(value) : typeof value === type
    if (!fits) throw new TypeError(`${owner}: ${name} must be ${article(type)}, not ${describe(value)}.`)
  }
}

/** @throws TypeError where not exactly one of the options is given; it names one that is there and `undefined` */
export function assertOneOf(owner: string, options: object, names: readonly string[]): void {
  const given = options as Record<string, unknown>
  const set = names.filter((name) => given[name] !== undefined)
  if (set.length === 1) return
  const unset = set.length === 0 ? names.find((name) => name in given) : undefined
  const hint = unset === undefined ? '' : ` ${unset} is undefined: is the environment variable set that it comes from?`
  throw new TypeError(`${owner} takes one of ${names.slice(0, -1).join(', ')} and ${names.at(-1)}.${hint}`)
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function article(type: string): string {
  return type === 'object' ? 'an object' : `a ${type}`
}

/** @throws TypeError for what is no clock */
export function checkClock(clock: Clock = systemClock): Clock {
  if (typeof clock.now !== 'function') throw new TypeError('clock must have a method now().')
  return clock
}
