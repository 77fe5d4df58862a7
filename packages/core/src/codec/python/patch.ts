import { type Fields, isFields } from './fields.ts'
import { isSame, present } from './same-value.ts'

/** What makes one object of another. Places are JSON pointers (RFC 6901). */
export interface Patch {
  /** What stands there instead, or in addition. */
  readonly set?: { readonly [pointer: string]: unknown }
  /** Fields that are not there. */
  readonly unset?: readonly string[]
}

export function isPatch(value: unknown): value is Patch {
  if (!isFields(value)) return false
  const { set = {}, unset = [] } = value
  return isFields(set) && Array.isArray(unset) && unset.every((pointer) => typeof pointer === 'string')
}

/** The patch by which {@link patched} makes `to` of `from`. */
export function patchOf(from: Fields, to: Fields): Patch {
  const set: [string, unknown][] = []
  const unset: string[] = []
  const compare = (a: unknown, b: unknown, at: string): void => {
    if (isFields(a) && isFields(b)) {
      for (const name of present(a)) if (!Object.hasOwn(b, name) || b[name] === undefined) unset.push(step(at, name))
      for (const name of present(b)) {
        if (Object.hasOwn(a, name)) compare(a[name], b[name], step(at, name))
        else set.push([step(at, name), b[name]])
      }
    } else if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
      for (const [index, element] of a.entries()) compare(element, b[index], step(at, String(index)))
    } else if (!isSame(a, b)) set.push([at, b])
  }
  compare(from, to, '')
  // In an order that does not hang on that of the keys: equal differences give equal patches.
  return {
    ...(set.length > 0 && { set: Object.fromEntries(set) }),
    ...(unset.length > 0 && { unset: unset.toSorted() }),
  }
}

/** A copy of `from` with the patch applied; `undefined` where it was made for something else. */
export function patched(from: Fields, { set = {}, unset = [] }: Patch): Fields | undefined {
  const to = copied(from) as Fields
  for (const pointer of unset) {
    const [holder, name] = holderOf(to, pointer)
    if (holder === undefined || !Object.hasOwn(holder, name)) return undefined
    delete holder[name]
  }
  for (const [pointer, value] of Object.entries(set)) {
    const [holder, name] = holderOf(to, pointer)
    if (holder === undefined) return undefined
    // An assignment of `__proto__` would set the prototype.
    Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true })
  }
  return to
}

/** What stands at a place; `undefined` where there is nothing. */
export function valueAt(from: Fields, pointer: string): unknown {
  const [holder, name] = holderOf(from, pointer)
  return holder !== undefined && Object.hasOwn(holder, name) ? holder[name] : undefined
}

export function step(at: string, name: string): string {
  return `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

function holderOf(from: Fields, pointer: string): [holder: Record<string, unknown> | undefined, name: string] {
  const names = pointer.split('/').map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = names.pop() as string
  let holder: unknown = names.length === 0 ? undefined : from
  for (const name of names.slice(1)) {
    const isThere: boolean = (isFields(holder) || Array.isArray(holder)) && Object.hasOwn(holder, name)
    holder = isThere ? (holder as Fields)[name] : undefined
  }
  const isHolder = isFields(holder) || (Array.isArray(holder) && Number(last) < holder.length)
  return [isHolder ? (holder as Record<string, unknown>) : undefined, last]
}

/** Shares no object with the original; bytes, which nobody changes here, are shared. */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied)
  if (!isFields(value)) return value
  return Object.fromEntries(present(value).map((name) => [name, copied(value[name])]))
}
