import type { Home } from './home.ts'
import type { LocalServer } from './local-server.ts'

/** The server if the test has started it. @throws Error for one that the environment names, which others may use. */
export function ownServer(server: LocalServer | undefined): LocalServer {
  if (server === undefined) throw new Error('Only a server of one’s own can be stopped and started: pass `own: true`')
  return server
}

/** Removes the home of servers that could not be started. */
export async function removedUnlessStarted<T>(home: Home, start: () => Promise<T>): Promise<T> {
  try {
    return await start()
  } catch (error) {
    await home.remove()
    throw error
  }
}
