import { isBytes } from '../../call/describe.ts'
import { isFields } from './fields.ts'

/** Whether two values are structurally equal, in any order of keys. A field that is `undefined` counts as absent, as in JSON. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((element, index) => isSame(element, b[index]))
  }
  if (!isFields(a)) return isObject(a) && isObject(b) && isBytes(a) && isBytes(b) && hasSameBytes(a, b)
  if (!isFields(b)) return false
  const names = present(a)
  return names.length === present(b).length && names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]))
}

/** The names of the fields that are not `undefined`. */
export function present(fields: { readonly [key: string]: unknown }): string[] {
  return Object.keys(fields).filter((name) => fields[name] !== undefined)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function hasSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
