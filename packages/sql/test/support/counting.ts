import { relay } from './relay.ts'

/**
 * Stands before a server and counts how often the client sent something and was answered. @param rewrite - makes of what the client sends
 * what the server gets
 */
export async function counting(
  url: string,
  rewrite: (chunk: Buffer) => Buffer = (chunk) => chunk,
): Promise<{ url: string; trips(): number; close(): void }> {
  let trips = 0
  const passed = await relay(url, (client, server) => {
    let isAsking = false
    client.setNoDelay().on('data', (chunk) => {
      isAsking = true
      server.write(rewrite(chunk))
    })
    server.setNoDelay().on('data', (chunk) => {
      if (isAsking) trips++
      isAsking = false
      client.write(chunk)
    })
  })
  return { ...passed, trips: () => trips }
}
