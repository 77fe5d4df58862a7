import { randomUUID } from 'node:crypto'
import type { Contender, Item } from '../../src/peers/contender.ts'

const of = { appName: 'bench', userId: 'bench' }

/** The newest time that was given. Events are ordered by times of whole milliseconds, which the caller gives: no two may be alike. */
let newest = 0

export const contender: Contender = {
  name: '@google/adk',
  backend: 'sqlite',
  packages: ['@google/adk', '@mikro-orm/better-sqlite'],
  lacks: ['expiry'],
  note: 'One event a call. A session is kept by the caller, as its runner does.',
  async open(dbName) {
    const { DatabaseSessionService } = await import('@google/adk/sessions/database')
    const { BetterSqliteDriver } = await import('@mikro-orm/better-sqlite')
    const pool = {
      afterCreate(connection: { pragma(text: string): void }, done: (error: unknown, connection: unknown) => void) {
        connection.pragma('journal_mode = WAL')
        connection.pragma('synchronous = FULL')
        done(undefined, connection)
      },
    }
    const service = new DatabaseSessionService({ driver: BetterSqliteDriver, dbName, pool })
    await service.init()
    const sessions = new Map()
    const opened = async (sessionId: string) => {
      const found = sessions.get(sessionId) ?? (await service.createSession({ ...of, sessionId }))
      sessions.set(sessionId, found)
      return found
    }
    const toItems = (session?: { events: { author: string; content: { parts: { text: string }[] } }[] }): Item[] =>
      (session?.events ?? []).map(({ author, content }) => ({
        role: author === 'user' ? 'user' : 'assistant',
        content: content.parts.map(({ text }) => text).join(''),
      }))
    return {
      settings: async () => {
        const pragma = async (name: string) => Object.values((await service.orm.em.execute(`PRAGMA ${name}`))[0])[0]
        return { journal_mode: await pragma('journal_mode'), synchronous: await pragma('synchronous') }
      },
      async append(sessionId, items) {
        const session = await opened(sessionId)
        for (const { role, content } of items) {
          newest = Math.max(newest + 1, Date.now())
          const event = {
            id: randomUUID(),
            invocationId: 'bench',
            author: role,
            timestamp: newest,
            content: { role: role === 'user' ? 'user' : 'model', parts: [{ text: content }] },
            actions: { stateDelta: {}, artifactDelta: {} },
          }
          await service.appendEvent({ session, event })
        }
      },
      all: async (sessionId) => toItems(await service.getSession({ ...of, sessionId })),
      last: async (sessionId, numRecentEvents) => {
        return toItems(await service.getSession({ ...of, sessionId, config: { numRecentEvents } }))
      },
      close: () => service.orm.close(),
    }
  },
}
