import type { ExclusiveOptions, ExclusiveWork, Held } from '@sessions/core'
import { HistoryStore } from './history-store.ts'
import { type Mutant, OpenSession, type SessionClass, session } from './mutant.ts'
import { PlainStore } from './plain-store.ts'

type Options = Parameters<OpenSession['acquire']>[0]

function wrong(name: string, mistake: string, killedBy: readonly string[], Session: SessionClass): Mutant {
  return session(name, mistake, killedBy, Session, HistoryStore)
}

/** Mistakes with what the caller of `exclusive` gets. */
export const exclusiveMutants: readonly Mutant[] = [
  wrong(
    'held-of-another-class',
    'hands out a plain session',
    ['exclusive/nested'],
    class extends OpenSession {
      override async exclusive<T>(work: ExclusiveWork<this, T>, options?: ExclusiveOptions): Promise<T> {
        return (await super.exclusive(
          ({ session: held, signal }) => work({ session: Object.assign(Object.create(null), bound(held)), signal }),
          options,
        )) as T
      }
    },
  ),
  wrong(
    'held-is-the-session-itself',
    'hands out the session that was asked, which does not know that it holds itself, and is closed with it',
    ['exclusive/nested', 'exclusive/closing'],
    class extends OpenSession {
      override async exclusive<T>(work: ExclusiveWork<this, T>, options?: ExclusiveOptions): Promise<T> {
        return super.exclusive(({ signal }) => work({ session: this, signal }), options)
      }
    },
  ),
  wrong(
    'failure-keeps-the-lease',
    'lets go where the work has ended well',
    ['exclusive/failure'],
    class extends OpenSession {
      override async exclusive<T>(work: ExclusiveWork<this, T>, options?: ExclusiveOptions): Promise<T> {
        const held = await this.acquire(options)
        const result = await work(held)
        await held.release()
        return result
      }
    },
  ),
  wrong(
    'waits-past-an-abort',
    'hears of an abort when it has waited',
    ['exclusive/failure'],
    class extends OpenSession {
      override acquire(options: Options = {}): ReturnType<OpenSession['acquire']> & never {
        const { signal, ...rest } = options
        if (signal === undefined || signal.aborted) return super.acquire(options) as never
        return super.acquire({ ...rest, waitMs: 500 }) as never
      }
    },
  ),
  wrong(
    'exclusive-unchecked',
    'takes what it knows of the options',
    ['exclusive/refused'],
    class extends OpenSession {
      override acquire(options: Options = {}): ReturnType<OpenSession['acquire']> & never {
        const { whenBusy, leaseMs } = options
        return super.acquire({
          ...((whenBusy === 'reject' || whenBusy === 'takeOver') && { whenBusy }),
          ...(typeof leaseMs === 'number' && leaseMs > 0 && leaseMs < 2 ** 31 && { leaseMs }),
        }) as never
      }
    },
  ),
  session(
    'acquired-without-leases',
    'gives a handle that nothing holds where its store keeps no leases',
    ['exclusive/unsupported'],
    class extends OpenSession {
      override async acquire(): Promise<Held<this>> {
        const release = async (): Promise<void> => {}
        return { session: this, signal: new AbortController().signal, release, [Symbol.asyncDispose]: release }
      }
    },
    PlainStore,
  ),
  session(
    'exclusive-without-leases',
    'runs the work where its store keeps no leases',
    ['exclusive/unsupported'],
    class extends OpenSession {
      override async exclusive<T>(work: ExclusiveWork<this, T>): Promise<T> {
        return await work({ session: this, signal: new AbortController().signal })
      }
    },
    PlainStore,
  ),
]

/** What the cases call, without the class. */
function bound(held: OpenSession): object {
  const { sessionId } = held
  const names = ['addItems', 'getItems', 'getSessionId', 'close', 'exclusive', 'acquire'] as const
  return {
    sessionId,
    ...Object.fromEntries(
      names.map((name) => [name, (...given: never[]) => (held[name] as (...given: never[]) => unknown)(...given)]),
    ),
  }
}
