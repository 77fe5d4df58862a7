import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { neonConfig, Pool } from '@neondatabase/serverless'
import { createWebSocketStream, WebSocketServer } from 'ws'

/** A pool of Neon's driver, which reaches a server through WebSockets, and what passes them on to a server of ours, as Neon's proxy does. */
export async function createNeonPool(url: string): Promise<{ pool: Pool; end(): Promise<void> }> {
  const { hostname, port } = new URL(url)
  const proxy = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  proxy.on('connection', (socket) => {
    const outer = createWebSocketStream(socket)
    // Who is cut off hears of it by the end of the stream.
    pipeline(outer, connect(Number(port), hostname), outer).catch(() => {})
  })
  await once(proxy, 'listening')
  const { port: proxyPort } = proxy.address() as AddressInfo
  Object.assign(neonConfig, {
    wsProxy: () => `127.0.0.1:${proxyPort}`,
    useSecureWebSocket: false,
    pipelineTLS: false,
    pipelineConnect: false,
  })
  const pool = new Pool({ connectionString: url })
  // Of connections that nobody uses, when they are ended.
  pool.on('error', () => {})
  const end = async (): Promise<void> => {
    await pool.end()
    for (const client of proxy.clients) client.terminate()
    await new Promise((resolve) => proxy.close(resolve))
  }
  return { pool, end }
}
