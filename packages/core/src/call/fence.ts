import { SessionError } from '../errors/session-error.ts'

/** A lease that calls are made under. It goes with the calls through every class and wrapper, also across `await`. */
export interface Fence {
  /** Whose writes are fenced: what all that give access to the records of one store have in common. */
  readonly store: object
  readonly sessionId: string
  readonly token: string
  /** What stays open for these calls although it is being closed. */
  readonly holds: ReadonlySet<object>
  /** Called where the backend says that the lease is not held any more. */
  readonly lost: () => void
  /** That of the calls that made these. */
  readonly outer: Fence | undefined
}

interface Storage {
  run<T>(fence: Fence, work: () => T): T
  getStore(): Fence | undefined
}

let storage: Storage | undefined

/** The fence of the calls that run now. Costs nothing until the first `exclusive`. */
function currentFence(): Fence | undefined {
  return storage?.getStore()
}

/** The lease token under which this session's records are to be written now. */
export function fenceOf(store: object, sessionId: string): Fence | undefined {
  let fence = currentFence()
  while (fence !== undefined && (fence.store !== store || fence.sessionId !== sessionId)) fence = fence.outer
  return fence
}

/** Whether calls that run now were promised that this stays open. */
export function isHeld(lifecycle: object): boolean {
  let fence = currentFence()
  while (fence !== undefined && !fence.holds.has(lifecycle)) fence = fence.outer
  return fence !== undefined
}

/** @throws SESSION_UNSUPPORTED on a platform without `AsyncLocalStorage` */
export function withFence<T>(fence: Omit<Fence, 'outer'>, work: () => T): T {
  storage ??= createStorage()
  return storage.run({ ...fence, outer: storage.getStore() }, work)
}

/** Core imports no built-in module, so that it runs where there is none; Node, Deno, Bun and Workers have this one. */
function createStorage(): Storage {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  const hooks = process?.getBuiltinModule?.('node:async_hooks') as { AsyncLocalStorage: new () => Storage } | undefined
  if (hooks === undefined) {
    throw new SessionError(
      'SESSION_UNSUPPORTED',
      'exclusive needs AsyncLocalStorage, which this platform does not have.',
    )
  }
  return new hooks.AsyncLocalStorage()
}
