import { partsOf, type SessionParts } from '@sessions/core'

/** What is needed of a session to encrypt it, by shape: every session of the OpenAI Agents SDK has it. */
export interface UnderlyingSession {
  getSessionId(): Promise<string>
  getItems(limit?: number): Promise<object[]>
  addItems(items: readonly object[]): Promise<void>
  popItem(): Promise<object | undefined>
  clearSession(): Promise<void>
}

/** With what it may offer beside, which is found by its presence. */
export interface ForeignSession extends UnderlyingSession {
  applyHistoryTransaction?(args: { operationId: string; transaction: Transaction }): Promise<void>
  applyHistoryMutations?(args: never): Promise<void>
  replaceHistoryWithCompaction?(items: object[]): Promise<void>
}

/** A transaction of the SDK. */
export type Transaction =
  | { type: 'append_items'; items: object[] }
  | { type: 'replace_suffix'; expectedSuffix: object[]; replacement: object[] }

/** Where a session says that it was handed out under a lease, in every copy of core. */
const held = Symbol.for('@sessions/core.held')

const required = ['getSessionId', 'getItems', 'addItems', 'popItem', 'clearSession'] as const

/** @throws TypeError for what is no session, or one that cannot be wrapped without losing what it needs */
export function checkUnderlying(session: object): asserts session is ForeignSession {
  const methods = session as Partial<Record<string, unknown>>
  const missing = required.find((name) => typeof methods[name] !== 'function')
  if (missing !== undefined) throw new TypeError(`underlyingSession must be a session; it has no ${missing}().`)
  if (Reflect.get(session, held) === true) {
    throw new TypeError(
      'underlyingSession is held by exclusive() or acquire(); encrypt the session first, and hold that.',
    )
  }
  if (methods.acceptsRunContext === true) {
    throw new TypeError('underlyingSession takes a run context with each call, which would not reach it.')
  }
}

/**
 * The store and the codec of a session of ours, also of another copy of core, which is encrypted there, below its items. `undefined` for
 * anybody else's, and for one whose methods were overridden: what they do must happen.
 */
export function partsBeneath<TItem extends object>(session: object): SessionParts<TItem> | undefined {
  const base = baseOf(session)
  return base !== undefined && !isOverridden(session, base) ? partsOf<TItem>(session) : undefined
}

/** The prototype of a session that its class inherits from `StoredSession` of whichever copy: the one that tells its parts. */
function baseOf(session: object): object | undefined {
  let prototype: object | null = session
  while (prototype !== null && !Object.hasOwn(prototype, parts)) prototype = Object.getPrototypeOf(prototype)
  return prototype ?? undefined
}

/** Where `StoredSession` tells its parts, in every copy: see `partsOf` of core. */
const parts = Symbol.for('@sessions/core.parts')

/**
 * Whether it does anything else than its base class, and that one's, make it do; the abilities beyond the SDK's stand in the class
 * above the base.
 */
function isOverridden(session: object, base: object): boolean {
  const abilities = classAbove(session, base)
  const lower = [base, Object.getPrototypeOf(base) as object]
  const differs = (name: string, from: object): boolean =>
    name !== 'constructor' && Reflect.get(session, name) !== Reflect.get(from, name)
  return (
    lower.some((prototype) => Object.getOwnPropertyNames(prototype).some((name) => differs(name, base))) ||
    Object.getOwnPropertyNames(abilities).some((name) => differs(name, abilities))
  )
}

/** The prototype between that of the session's class and the base which inherits from the base; the base where there is none. */
function classAbove(session: object, base: object): object {
  let prototype = Object.getPrototypeOf(session) as object
  while (prototype !== base && Object.getPrototypeOf(prototype) !== base) prototype = Object.getPrototypeOf(prototype)
  return prototype
}
