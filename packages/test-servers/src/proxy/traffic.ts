import type { Listener } from './proxied-connection.ts'

/** What passes through a proxy, counted over all of its connections: `startProxy(target, () => traffic.connection())`. */
export class Traffic {
  /** How often a client had sent something and was answered. */
  roundTrips = 0
  /** Bytes of the clients. */
  sent = 0
  /** Bytes of the server. */
  received = 0

  connection(): Listener {
    let isAsking = false
    return {
      fromClient: (chunk) => {
        this.sent += chunk.length
        isAsking = true
      },
      fromServer: (chunk) => {
        this.received += chunk.length
        if (isAsking) this.roundTrips++
        isAsking = false
      },
    }
  }
}
