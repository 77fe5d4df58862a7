import { connect, createServer, type Socket } from 'node:net'

/** Stands before a server: what is done with each client and its connection to the server is up to `join`. */
export async function relay(
  url: string,
  join: (client: Socket, server: Socket) => void,
): Promise<{ url: string; close(): void }> {
  const target = new URL(url)
  const sockets: Socket[] = []
  const listener = createServer((client) => {
    const server = connect(Number(target.port), target.hostname)
    join(client, server)
    for (const socket of [client, server]) socket.on('error', () => undefined)
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
    sockets.push(client, server)
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  if (typeof address !== 'object' || address === null) throw new Error('No port')
  const close = (): void => {
    for (const socket of sockets) socket.destroy()
    listener.close()
  }
  return { url: Object.assign(new URL(url), { port: String(address.port) }).href, close }
}
