// Serves on PORT (3000), and ends in order: no new requests, then those under way, then what they used.
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export function listen(listener: RequestListener, close: () => Promise<void>): void {
  const server = createServer(listener)
  server.listen(Number(process.env.PORT ?? 3000), () => {
    console.log(`Listening on http://localhost:${(server.address() as AddressInfo).port}`)
  })
  // `on`, not `once`: the SDK ends the process at these signals by itself where nobody else is listening any more.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.close(close))
}
