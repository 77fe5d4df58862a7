import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { Cut, type Match } from './cut.ts'
import { type Listener, ProxiedConnection } from './proxied-connection.ts'

interface Target {
  host: string
  port: number
}

/** Stands before a server, to break connections at a chosen place, or to hear what passes. Lives in the process of the test. */
export class TcpProxy implements AsyncDisposable {
  /** On 127.0.0.1. */
  readonly port: number
  readonly #listener: Server
  readonly #open = new Set<ProxiedConnection>()
  readonly #armed = new Set<Cut>()

  #target: Target

  private constructor(listener: Server, port: number, target: Target, hear?: () => Listener) {
    this.#listener = listener
    this.port = port
    this.#target = target
    listener.on('connection', (client) => {
      const server = connect({ ...this.#target, allowHalfOpen: true, noDelay: true })
      const connection = new ProxiedConnection(client.setNoDelay(), server, this.#armed, hear?.())
      this.#open.add(connection)
      server.once('close', () => this.#open.delete(connection))
    })
  }

  /** A proxy before the server that listens there. @param hear - called for each connection, for what hears what passes on it */
  static async start(target: Target, hear?: () => Listener): Promise<TcpProxy> {
    const listener = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const address = listener.address()
    if (address === null || typeof address === 'string') throw new Error('A proxy needs a port')
    return new TcpProxy(listener, address.port, target, hear)
  }

  /** The URL of the server, by way of the proxy. */
  url(of: string): string {
    const url = new URL(of)
    url.hostname = '127.0.0.1'
    url.port = String(this.port)
    return url.href
  }

  /** How many are open now. */
  get connections(): number {
    return this.#open.size
  }

  /** Breaks every open connection on both sides. */
  cutAll(): void {
    for (const connection of this.#open) connection.reset()
  }

  /** Lets every open connection fall silent: nothing passes in either direction, and neither side is told. New ones work. */
  silenceAll(): void {
    for (const connection of this.#open) connection.silence()
  }

  /** Leads new connections to another server, as a failover in place does; open ones stay where they are. */
  leadTo(target: Target): void {
    this.#target = target
  }

  /** As `cutAnswer`, but the connection falls silent instead of breaking. */
  silenceAnswer(match: Match = () => true): Promise<void> {
    return this.#arm(new Cut('silence', match))
  }

  /**
   * Breaks the next connection whose client sends matching bytes when the server answers them: the server has done the
   * work, the client gets no byte of the answer. Resolves when the server, too, is through with the connection.
   *
   * `match` is asked at every chunk, with what the client has sent since the last answer (of what came before the chunk,
   * the last 64 KiB). Where requests are sent before the answer to earlier ones, an earlier answer may be what is cut: the
   * server does the later work all the same. @throws Error if the proxy stops before.
   */
  cutAnswer(match: Match = () => true): Promise<void> {
    return this.#arm(new Cut('answer', match))
  }

  /**
   * Breaks the next connection whose client sends matching bytes before the chunk with the match reaches the server, which
   * therefore never sees a whole request. `match` is asked as for `cutAnswer`. @throws Error if the proxy stops before.
   */
  cutRequest(match: Match = () => true): Promise<void> {
    return this.#arm(new Cut('request', match))
  }

  /** Breaks what is open and listens no more. */
  async stop(): Promise<void> {
    if (!this.#listener.listening) return
    const closed = once(this.#listener, 'close')
    this.#listener.close()
    this.cutAll()
    for (const cut of this.#armed) cut.abandon()
    this.#armed.clear()
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #arm(cut: Cut): Promise<void> {
    this.#armed.add(cut)
    return cut.happened
  }
}

/** A proxy before the server that listens there. @param hear - called for each connection, for what hears what passes on it */
export function startProxy(target: Target, hear?: () => Listener): Promise<TcpProxy> {
  return TcpProxy.start(target, hear)
}
