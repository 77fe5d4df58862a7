import { partsOf, Session, type SessionParts, StoredSession } from '@sessions/core'

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

const required = ['getSessionId', 'getItems', 'addItems', 'popItem', 'clearSession'] as const

/** @throws TypeError for what is no session, or one that cannot be wrapped without losing what it needs */
export function checkUnderlying(session: object): asserts session is ForeignSession {
  const methods = session as Partial<Record<string, unknown>>
  const missing = required.find((name) => typeof methods[name] !== 'function')
  if (missing !== undefined) throw new TypeError(`underlyingSession must be a session; it has no ${missing}().`)
  if (methods.acceptsRunContext === true) {
    throw new TypeError('underlyingSession takes a run context with each call, which would not reach it.')
  }
  if (!(session instanceof StoredSession) && isOfOtherCopy(session)) {
    throw new TypeError('underlyingSession comes from another copy of @sessions/core; install one version of it.')
  }
}

/** Taken for anybody's, it would lose what it can do: nobody would see why. */
function isOfOtherCopy(session: object): boolean {
  return partsOf(session) !== undefined
}

/**
 * The store and the codec of a session of ours, which is encrypted there, below its items. `undefined` for anybody else's, and for
 * one whose methods were overridden: what they do must happen.
 */
export function partsBeneath<TItem extends object>(session: object): SessionParts<TItem> | undefined {
  if (!(session instanceof StoredSession)) return undefined
  const names = [StoredSession.prototype, Session.prototype].flatMap((prototype) =>
    Object.getOwnPropertyNames(prototype),
  )
  const methods = names.filter((name) => name !== 'constructor')
  const isOverridden = methods.some((name) => Reflect.get(session, name) !== Reflect.get(StoredSession.prototype, name))
  return isOverridden ? undefined : partsOf<TItem>(session)
}
