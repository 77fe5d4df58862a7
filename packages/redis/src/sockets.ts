import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** When the last byte came over one of the sockets that a piece of work opened. */
class Sockets {
  #latest: Socket | undefined
  #bytesRead = 0
  #heardAt = performance.now()

  add(socket: Socket): void {
    this.#latest = socket
    this.#bytesRead = 0
  }

  /** In ms of `performance.now()`; that of the look at which there were more bytes than at the one before. */
  get heardAt(): number {
    const bytesRead = this.#latest?.bytesRead ?? 0
    if (bytesRead !== this.#bytesRead) {
      this.#bytesRead = bytesRead
      this.#heardAt = performance.now()
    }
    return this.#heardAt
  }
}

const opening = new AsyncLocalStorage<Sockets>()
subscribe('net.client.socket', (message) => opening.getStore()?.add((message as { socket: Socket }).socket))

/**
 * The sockets that the work opens, then and later: node-redis says only when a whole answer was there, and one of many megabytes may
 * take longer than a server may be silent. Node tells of sockets without TLS only.
 */
export async function ownSockets(work: () => Promise<unknown>): Promise<{ readonly heardAt: number }> {
  const sockets = new Sockets()
  await opening.run(sockets, work)
  return sockets
}
