import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createCertificates, startRedis } from '@sessions/test-servers'
import { afterAll, expect, it } from 'vitest'

const certificates = await createCertificates('nobody')
const tlsPort = await freePort()
const redis = await startRedis({
  settings: {
    'tls-port': tlsPort,
    'tls-cert-file': certificates.certificate,
    'tls-key-file': certificates.key,
    'tls-ca-cert-file': certificates.authority,
    'tls-auth-clients': 'no',
  },
})
const plainPort = new URL(redis.url).port
afterAll(async () => {
  await redis.stop()
  await certificates[Symbol.asyncDispose]()
})

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('No port')
  return String(address.port)
}

/** What a process that trusts that authority makes of the url. */
async function use(url: string, authority: string): Promise<{ text: string }> {
  const program = new URL('./programs/use-url.ts', import.meta.url)
  const child = fork(program, [url], { execArgv: [], env: { ...process.env, NODE_EXTRA_CA_CERTS: authority } })
  const [answer] = await once(child, 'message')
  return answer
}

it('rediss:// takes a certificate that is right, and no other; it never goes on without TLS', async () => {
  const { authority, foreign } = certificates
  const items = [{ role: 'user', content: 'hello' }]
  expect(await use(`rediss://localhost:${tlsPort}/0`, authority)).toMatchObject({ items })

  const refused = [
    use(`rediss://user:secret@localhost:${tlsPort}`, foreign),
    use(`rediss://user:secret@127.0.0.1:${tlsPort}`, authority),
  ]
  for (const answer of await Promise.all(refused)) {
    expect(answer).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: false, ambiguous: false })
    expect(answer.text).toMatch(/TLS/)
    expect(answer.text).not.toContain('secret')
  }
  // A Redis without TLS waits for the end of the line.
  const unanswered = await use(`rediss://user:secret@localhost:${plainPort}`, authority)
  expect(unanswered).toMatchObject({ code: 'SESSION_UNAVAILABLE', ambiguous: false })
  expect(unanswered.text).not.toContain('secret')
})
