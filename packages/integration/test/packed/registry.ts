import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { runServer } from 'verdaccio'

export interface Registry {
  url: string
  /** Lines of an .npmrc that let a project install from it, and publish to it. Everything else comes from the usual registry. */
  npmrc: string
  close(): Promise<void>
}

/** A registry of its own for `@sessions/*`, which asks no other one: what it does not have, was not published. */
export async function startRegistry(folder: string): Promise<Registry> {
  const server = await runServer({
    self_path: folder,
    configPath: join(folder, 'config.yaml'),
    storage: join(folder, 'storage'),
    packages: { '@sessions/*': { access: '$all', publish: '$all' } },
    uplinks: {},
    security: { api: { legacy: false, jwt: {} } },
    log: { type: 'stdout', format: 'json', level: 'error' },
  } as unknown as Parameters<typeof runServer>[0])
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/`
  return {
    url,
    npmrc: `@sessions:registry=${url}\n//127.0.0.1:${port}/:_authToken=anybody\n`,
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections()
        server.close((error?: Error) => (error === undefined ? resolve() : reject(error)))
      }),
  }
}
