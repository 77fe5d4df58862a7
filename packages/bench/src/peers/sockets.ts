import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Store } from './contender.ts'
import { items } from './items.ts'
import type { Round } from './workloads.ts'

/** Serves clients as a web server would: a line names a session, one item is appended to it, and a line says that it is there. */
export async function serve(path: string, store: Store): Promise<void> {
  const item = items(1)
  const server = createServer((socket) => {
    createInterface({ input: socket }).on('line', (sessionId) => {
      store.append(sessionId, item).then(
        () => socket.write('done\n'),
        () => socket.write('failed\n'),
      )
    })
  })
  server.listen(path)
  await once(server, 'listening')
  server.unref()
}

/** Clients of such a server, in another process than it. Each asks again once it has its answer. */
export class Clients implements Disposable {
  readonly #sockets: Socket[]

  private constructor(sockets: Socket[]) {
    this.#sockets = sockets
  }

  static async connect(path: string, count: number): Promise<Clients> {
    // What happens to one after the first has failed is told by the first.
    const sockets = Array.from({ length: count }, () => createConnection(path).on('error', () => {}))
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    return new Clients(sockets)
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** So many appends of each client. @throws where one of them failed */
  async round(each: number): Promise<Round> {
    const begin = performance.now()
    await Promise.all(this.#sockets.map((socket, index) => appendTimes(socket, `client-${index}`, each)))
    return { milliseconds: performance.now() - begin, operations: this.#sockets.length * each }
  }
}

async function appendTimes(socket: Socket, sessionId: string, count: number): Promise<void> {
  for (let done = 0; done < count; done++) {
    socket.write(`${sessionId}\n`)
    const [said] = await once(socket, 'data')
    if (String(said) !== 'done\n') throw new Error('An append over a socket failed.')
  }
}
