import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** An address that leads to one server and then to another, as after a failover, over which bytes may stop or trickle. */
export class Route {
  readonly #listener: Server
  readonly #sockets = new Set<Socket>()
  readonly #pairs: { client: Socket; server: Socket }[] = []
  #target: URL
  /** How many connections there have been. */
  accepted = 0

  private constructor(listener: Server, target: string) {
    this.#listener = listener
    this.#target = new URL(target)
    listener.on('connection', (client) => this.#join(client))
  }

  static async open(target: string): Promise<Route> {
    const listener = createServer().listen(0, '127.0.0.1')
    await once(listener, 'listening')
    return new Route(listener, target)
  }

  get url(): string {
    const address = this.#listener.address()
    return `redis://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  }

  /** Of new connections. */
  leadTo(target: string): void {
    this.#target = new URL(target)
  }

  /** Nothing more passes over the connections that are open, and neither side is told. */
  silence(): void {
    for (const { client, server } of this.#pairs) {
      client.unpipe(server)
      server.unpipe(client)
      client.removeAllListeners('data').resume()
      server.removeAllListeners('data').resume()
    }
  }

  /** What the server answers from now on passes in small portions. */
  slowDown(bytes: number, pauseMs: number): void {
    for (const { client, server } of this.#pairs) {
      server.unpipe(client)
      const portions: Buffer[] = []
      server.on('data', (data: Buffer) => {
        for (let at = 0; at < data.length; at += bytes) portions.push(data.subarray(at, at + bytes))
      })
      const timer = setInterval(() => {
        const portion = portions.shift()
        if (portion !== undefined) client.write(portion)
      }, pauseMs)
      client.once('close', () => clearInterval(timer))
      server.resume()
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#listener.close()
    await once(this.#listener, 'close')
  }

  #join(client: Socket): void {
    this.accepted++
    const server = connect({ host: this.#target.hostname, port: Number(this.#target.port) })
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one)
      one.setNoDelay().on('error', () => other.destroy())
      one.once('close', () => {
        this.#sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
    this.#pairs.push({ client, server })
  }
}
