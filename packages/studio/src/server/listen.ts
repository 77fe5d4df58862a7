import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { OpenStore } from '@sessions/cli/program'
import { type StudioOptions, studioApp } from './app.ts'
import { Guard } from './guard.ts'

/** Where it listens. */
export interface ListenOptions extends StudioOptions {
  hostname: string
  /** Absent: one that is free. */
  port?: number | undefined
}

/** A studio that answers. */
export interface Studio extends AsyncDisposable {
  /** What opens it: with the token. */
  link: string
}

/** @throws NodeJS.ErrnoException where it cannot listen there; SessionError where the store does not answer */
export async function startStudio(opened: OpenStore, options: ListenOptions): Promise<Studio> {
  const { hostname, port = 0 } = options
  // What does not answer is told in the terminal; and a large file is warm before anybody looks.
  for await (const _ of opened.store.listSessions({ limit: 1 })) break
  let app: ReturnType<typeof studioApp> | undefined
  const fetch: ReturnType<typeof studioApp>['fetch'] = (request, ...rest) =>
    app?.fetch(request, ...rest) ?? new Response(null, { status: 503 })
  const server = createAdaptorServer({ fetch }) as Server
  await listen(server, port, hostname)
  const found = (server.address() as AddressInfo).port
  const guard = new Guard(hostname, found)
  app = studioApp(opened, guard, options)
  const name = hostname.includes(':') ? `[${hostname}]` : hostname
  return {
    link: `http://${name}:${found}/?token=${guard.token}`,
    [Symbol.asyncDispose]: async () => await close(server),
  }
}

async function listen(server: Server, port: number, hostname: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, hostname, resolve)
  await promise
  server.off('error', reject)
}

/** Pages that watch do not go by themselves. */
async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeAllConnections()
  await promise
}
