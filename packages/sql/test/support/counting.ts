import { connect, createServer, type Socket } from 'node:net'

/** Stands before a server and counts how often the client sent something and was answered. */
export async function counting(url: string): Promise<{ url: string; trips(): number; close(): void }> {
  const target = new URL(url)
  let trips = 0
  const sockets: Socket[] = []
  const listener = createServer((client) => {
    const server = connect(Number(target.port), target.hostname)
    let isAsking = false
    client.setNoDelay().on('data', (chunk) => {
      isAsking = true
      server.write(chunk)
    })
    server.setNoDelay().on('data', (chunk) => {
      if (isAsking) trips++
      isAsking = false
      client.write(chunk)
    })
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
  const through = Object.assign(new URL(url), { port: String(address.port) })
  return { url: through.href, trips: () => trips, close }
}
