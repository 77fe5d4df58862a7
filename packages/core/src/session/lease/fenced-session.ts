import type { Signal } from '../../call/signal.ts'
import { SessionError } from '../../errors/session-error.ts'
import type { ExclusiveWork, Held } from './exclusive.ts'

/** Runs a call of the session under its lease. */
export type Fenced = <T>(work: () => T) => T

/** Where a handed session says that it is one: a wrapper that goes past its methods would go past the lease. The same in every copy. */
const held = Symbol.for('@sessions/core.held')

/**
 * A handle that is the session in all it has, fields of subclasses included, but whose calls are made under a lease. Closing it leaves
 * the session open; holding it again is holding it still.
 */
export function fencedSession<TSession extends object>(session: TSession, fenced: Fenced, signal: Signal): TSession {
  const methods = new Map<unknown, unknown>()
  let isClosed = false
  const close = async (): Promise<void> => {
    isClosed = true
  }
  const replaced = new Map<PropertyKey, unknown>([
    [held, true],
    ['close', close],
    [Symbol.asyncDispose, close],
    ['exclusive', async (work: ExclusiveWork<TSession, unknown>) => work({ session: handed, signal })],
    [
      'acquire',
      async (): Promise<Held<TSession>> => ({ session: handed, signal, release, [Symbol.asyncDispose]: release }),
    ],
  ])
  const handed: TSession = new Proxy(session, {
    get(target, name) {
      if (replaced.has(name)) return replaced.get(name)
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function' || name === 'constructor') return value
      if (!methods.has(value)) methods.set(value, fencedMethod(target, value as Method))
      return methods.get(value)
    },
  })
  const fencedMethod = (target: object, method: Method): Method =>
    function call(this: unknown, ...parameters: unknown[]) {
      if (isClosed) return Promise.reject(closed())
      const result = fenced(() => method.apply(this === handed ? target : this, parameters))
      return isIterable(result) ? fencedIteration(result, fenced) : result
    }
  return handed
}

type Method = (...parameters: unknown[]) => unknown

async function release(): Promise<void> {}

/** What is held stays held by the one who took it first. */
function closed(): SessionError {
  return new SessionError('SESSION_CLOSED', 'The session was closed; open a new one.')
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof (value as { [Symbol.asyncIterator]?: unknown } | undefined)?.[Symbol.asyncIterator] === 'function'
}

/** Each step is made under the lease, whoever asks for it. */
async function* fencedIteration(values: AsyncIterable<unknown>, fenced: Fenced): AsyncIterable<unknown> {
  const iterator = fenced(() => values[Symbol.asyncIterator]())
  try {
    for (;;) {
      const step = await fenced(() => iterator.next())
      if (step.done === true) return
      yield step.value
    }
  } finally {
    await fenced(() => iterator.return?.())
  }
}
