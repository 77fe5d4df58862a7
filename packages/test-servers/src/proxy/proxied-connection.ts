import type { Socket } from 'node:net'
import type { Cut } from './cut.ts'

/** Hears what is passed on over one connection. */
export interface Listener {
  fromClient(chunk: Buffer): void
  fromServer(chunk: Buffer): void
}

/** How much of a request is kept to recognize what comes in two chunks. */
const keptBytes = 64 * 1024

/** A client's connection and the one to the server on its behalf: passes bytes on until a cut is due. */
export class ProxiedConnection {
  readonly #client: Socket
  readonly #server: Socket
  readonly #armed: Set<Cut>
  readonly #listener: Listener | undefined
  /** What the client has sent since the server's last answer while a cut was armed: its end, at most. */
  #request: Buffer = Buffer.alloc(0)
  /** To be done when the server answers. */
  #onAnswer: Cut | undefined
  #isCut = false
  #isSilent = false

  /** @param armed - the cuts that no connection has taken yet */
  constructor(client: Socket, server: Socket, armed: Set<Cut>, listener?: Listener) {
    this.#client = client
    this.#server = server
    this.#armed = armed
    this.#listener = listener
    client.on('data', (chunk) => this.#fromClient(chunk))
    server.on('data', (chunk) => this.#fromServer(chunk))
    client.on('end', () => server.end())
    server.on('end', () => client.end())
    client.on('drain', () => server.resume())
    server.on('drain', () => client.resume())
    // After a cut, the server is to find the end of the stream, not a failure, and to close by itself.
    client.on('close', () => this.#isCut || server.destroy())
    server.on('close', () => {
      client.destroy()
      this.#giveBack()
    })
    // `close` follows: either side may fail at any time, and the other one then learns it.
    client.on('error', () => {})
    server.on('error', () => {})
  }

  /** Breaks it on both sides, whatever is under way. */
  reset(): void {
    this.#giveBack()
    this.#client.resetAndDestroy()
    this.#server.resetAndDestroy()
  }

  /** Passes nothing on any more, in neither direction, and tells nobody: as a route that was dropped. */
  silence(): void {
    this.#giveBack()
    this.#isSilent = true
  }

  #fromClient(chunk: Buffer): void {
    if (this.#isCut || this.#isSilent) return
    const cut = this.#take(chunk)
    if (cut?.place === 'request') this.#cut(cut)
    else {
      this.#onAnswer ??= cut
      this.#listener?.fromClient(chunk)
      if (!this.#server.write(chunk)) this.#client.pause()
    }
  }

  #fromServer(chunk: Buffer): void {
    if (this.#isCut || this.#isSilent) return
    this.#request = Buffer.alloc(0)
    if (this.#onAnswer?.place === 'silence') this.#fallSilent(this.#onAnswer)
    else if (this.#onAnswer !== undefined) this.#cut(this.#onAnswer)
    else {
      this.#listener?.fromServer(chunk)
      if (!this.#client.write(chunk)) this.#server.pause()
    }
  }

  /** The armed cut that the client's bytes set off: no other connection gets it. */
  #take(chunk: Buffer): Cut | undefined {
    if (this.#armed.size === 0 || this.#onAnswer !== undefined) return undefined
    const request = Buffer.concat([this.#request, chunk])
    this.#request = request.subarray(-keptBytes)
    const cut = [...this.#armed].find((candidate) => candidate.matches(request, this))
    if (cut !== undefined) this.#armed.delete(cut)
    return cut
  }

  #fallSilent(cut: Cut): void {
    this.#onAnswer = undefined
    this.#isSilent = true
    cut.done()
  }

  /** A cut that this connection took and that did not come, as the server never answered, is for another one. */
  #giveBack(): void {
    if (this.#onAnswer !== undefined && !this.#isCut) this.#armed.add(this.#onAnswer)
  }

  /**
   * The client finds its connection reset. The server finds its client gone, after all that was passed on: work that it
   * has received it does. Once it closes in turn, that is over.
   */
  #cut(cut: Cut): void {
    this.#isCut = true
    this.#server.once('close', () => cut.done())
    this.#client.resetAndDestroy()
    this.#server.end()
    this.#server.resume()
  }
}
