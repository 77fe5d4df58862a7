import { HistoryStore } from './history-store.ts'
import { type Mutant, OpenSession, session } from './mutant.ts'

type Options = NonNullable<Parameters<OpenSession['watch']>[0]>
type Event = ReturnType<OpenSession['watch']> extends AsyncIterable<infer E> ? E : never

/** Sessions that watch in a way of their own. */
function watching(
  name: string,
  mistake: string,
  killedBy: readonly string[],
  watch: (
    right: (options: Options) => AsyncIterable<Event>,
    options: Options,
    one: OpenSession,
  ) => AsyncIterable<Event>,
): Mutant {
  const Session = class extends OpenSession {
    override watch(options: Options = {}): AsyncIterable<Event> {
      return watch((given) => super.watch(given), options, this)
    }
  }
  return session(name, mistake, killedBy, Session, HistoryStore)
}

async function* changed(events: AsyncIterable<Event>, change: (event: Event) => Event[]): AsyncIterable<Event> {
  for await (const event of events) yield* change(event)
}

export const watchMutants: readonly Mutant[] = [
  watching('watch-newest-only', 'gives the newest of what was added', ['watch/added'], (right, options) =>
    changed(right(options), (event) =>
      event.type === 'added' ? [{ ...event, entries: event.entries.slice(-1) }] : [event],
    ),
  ),
  watching(
    'watch-from-now-only',
    'begins with what is added now, wherever it is to begin',
    ['watch/added'],
    (right, options) => {
      const { after, ...rest } = options
      return right(after === undefined || after === null || typeof after === 'string' ? rest : options)
    },
  ),
  watching('watch-repeats', 'gives again what it gave last', ['watch/added'], (right, options) => {
    let last: Event[] = []
    return changed(right(options), (event) => {
      const events = [...last, event]
      last = event.type === 'added' ? [event] : []
      return events
    })
  }),
  watching(
    'watch-of-one-page',
    'gives as much as fits into one page, and forgets the rest',
    ['watch/many'],
    (right, options) => {
      let given = 0
      return changed(right(options), (event) => {
        if (event.type !== 'added') return [event]
        const entries = event.entries.slice(0, Math.max(200 - given, 0))
        given += event.entries.length
        return entries.length === 0 ? [] : [{ ...event, entries }]
      })
    },
  ),
  watching(
    'watch-newest-first',
    'gives pages in the order in which it reads them, the newest first',
    ['watch/many'],
    (right, options) =>
      changed(right(options), (event) =>
        event.type === 'added' ? [{ ...event, entries: event.entries.toReversed() }] : [event],
      ),
  ),
  watching(
    'watch-blind-to-rewrites',
    'says what was added, and nothing of what was removed',
    ['watch/rewritten'],
    (right, options) => changed(right(options), (event) => (event.type === 'rewritten' ? [] : [event])),
  ),
  watching(
    'watch-rewritten-to-nothing',
    'says that a history was rewritten, and not to what',
    ['watch/rewritten'],
    (right, options) =>
      changed(right(options), (event) => [event.type === 'rewritten' ? { ...event, newest: null } : event]),
  ),
  watching('watch-ends-at-an-abort', 'takes an abort for the end', ['watch/ends'], async function* (
    right: (options: Options) => AsyncIterable<Event>,
    options: Options,
  ) {
    try {
      yield* right(options)
    } catch (error) {
      if (options.signal?.aborted !== true) throw error
    }
  } as never),
  watching(
    'watch-outlives-its-session',
    'goes on where the session was closed, until somebody adds something',
    ['watch/ends'],
    async function* (right: (options: Options) => AsyncIterable<Event>, options: Options, one: OpenSession) {
      yield* right(options)
      if (options.signal === undefined) throw new Error(`The watch of ${one.sessionId} has lost its session.`)
    } as never,
  ),
  watching('watch-unchecked', 'watches from now where it understands nothing', ['watch/refused'], (right, options) => {
    const { after, signal } = options
    return right({
      ...((after === null || typeof after === 'string') && { after }),
      ...(signal instanceof AbortSignal && { signal }),
    })
  }),
  watching(
    'watch-checks-late',
    'finds out what is wrong with its options when it is asked for the first event',
    ['watch/refused'],
    async function* (right: (options: Options) => AsyncIterable<Event>, options: Options) {
      yield* right(options)
    } as never,
  ),
]
