import { randomUUID } from 'node:crypto'
import type { Backend, Contender, Item, Store } from '../../src/peers/contender.ts'

const of = { appName: 'bench', userId: 'bench' }

/** The newest time that was given. Events are ordered by times of whole milliseconds, which the caller gives: no two may be alike. */
let newest = 0

function toEvent({ role, content }: Item): object {
  newest = Math.max(newest + 1, Date.now())
  return {
    id: randomUUID(),
    invocationId: 'bench',
    author: role,
    timestamp: newest,
    content: { role: role === 'user' ? 'user' : 'model', parts: [{ text: content }] },
    actions: { stateDelta: {}, artifactDelta: {} },
  }
}

interface Session {
  events: { author: string; content: { parts: { text: string }[] } }[]
}

function toItems(session: Session | undefined): Item[] {
  return (session?.events ?? []).map(({ author, content }) => ({
    role: author === 'user' ? 'user' : 'assistant',
    content: content.parts.map(({ text }) => text).join(''),
  }))
}

interface Described {
  readonly backend: Backend
  readonly driver: string
  /** Options of MikroORM. */
  options(place: string): Promise<object>
  /** Runs one statement, for the settings that are in force. */
  settings?(execute: (statement: string) => Promise<object[]>): ReturnType<NonNullable<Store['settings']>>
}

/** ADK on one of the drivers of MikroORM, with which only the opening differs. */
export function adk({ backend, driver, options, settings }: Described): Contender {
  return {
    name: '@google/adk',
    backend,
    packages: ['@google/adk', driver],
    lacks: ['expiry'],
    note: 'One event a call. A session is kept by the caller, as its runner does.',
    async open(place) {
      const { DatabaseSessionService } = await import('@google/adk/sessions/database')
      const service = new DatabaseSessionService(await options(place))
      await service.init()
      const sessions = new Map<string, Session>()
      const kept = async (sessionId: string): Promise<Session> => {
        const found = sessions.get(sessionId) ?? (await service.createSession({ ...of, sessionId }))
        sessions.set(sessionId, found)
        return found
      }
      return {
        ...(settings && { settings: () => settings((statement) => service.orm.em.execute(statement)) }),
        async append(sessionId, items) {
          const session = await kept(sessionId)
          for (const item of items) await service.appendEvent({ session, event: toEvent(item) })
        },
        all: async (sessionId) => toItems(await service.getSession({ ...of, sessionId })),
        last: async (sessionId, numRecentEvents) => {
          return toItems(await service.getSession({ ...of, sessionId, config: { numRecentEvents } }))
        },
        close: () => service.orm.close(),
      }
    },
  }
}
