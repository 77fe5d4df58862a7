import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { listen } from '../../../../examples/recipes/listen.ts'
import { POST } from '../../../../examples/recipes/next/app/api/chat/[sessionId]/route.ts'

/** Calls the Next.js route handler as Next does, with a Request and a promise of the parameters; Next itself is not here. */
listen(
  async (incoming, outgoing) => {
    const gone = new AbortController()
    outgoing.once('close', () => gone.abort())
    const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host}`)
    const options = { method: incoming.method ?? 'GET', body: Readable.toWeb(incoming), duplex: 'half' } as const
    const request = new Request(url, { ...options, signal: gone.signal })
    const sessionId = decodeURIComponent(url.pathname.split('/').at(-1) ?? '')
    const response = await POST(request, { params: Promise.resolve({ sessionId }) })
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    if (response.body === null) outgoing.end()
    else await pipeline(Readable.fromWeb(response.body as ReadableStream), outgoing)
  },
  async () => {},
)
