import { builtin } from './platform.ts'

/** A kind of value in words, never the value itself. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (isProxy(value)) return 'a Proxy'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return isPlain(value) ? 'an object' : 'an instance of a class'
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return `a ${typeof value}`
}

/** The kind of a typed array, whatever it says of itself (ECMA-262, 23.2.3.38); `undefined` for anything else. */
const kindOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get

/** A `Uint8Array` of any realm, `Buffer` included. */
export function isBytes(value: object): value is Uint8Array {
  return ArrayBuffer.isView(value) && kindOf?.call(value) === 'Uint8Array'
}

/** An object literal of any realm, or one without a prototype. */
export function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object)
  if (prototype === Object.prototype || prototype === null) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'hasOwnProperty')
}

const types = builtin('node:util')?.types

/** Whether reading it is answered by somebody's functions. No language feature tells, so nowhere but where the platform does. */
export function isProxy(value: unknown): boolean {
  return types?.isProxy(value) === true
}
