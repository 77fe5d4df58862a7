// The chat of express.ts with Fastify: the store closes with the server, in its `onClose`.
//   node examples/recipes/fastify.ts
//   curl localhost:3000/chat/ada -H 'content-type: application/json' -d '{"message": "My name is Ada."}'
import { SessionError } from '@sessions/core'
import { SQLiteStore } from '@sessions/sqlite'
import Fastify from 'fastify'
import { agent, runner } from './agent.ts'

const store = new SQLiteStore({ path: process.env.DATABASE ?? 'conversations.db' })
const app = Fastify()
// After the requests that are under way.
app.addHook('onClose', () => store.close())

interface Chat {
  Params: { id: string }
  Body: { message: string }
}
const message = { type: 'string', minLength: 1, maxLength: 10_000 }
const schema = { body: { type: 'object', required: ['message'], properties: { message } } }

app.post<Chat>('/chat/:id', { schema }, async ({ params, body }) => {
  // One run at a time; while an answer is under way, the next message is told 409.
  const { finalOutput } = await store
    .session(params.id)
    .exclusive(({ session, signal }) => runner.run(agent, body.message, { session, signal }), { whenBusy: 'reject' })
  return { answer: finalOutput }
})

app.post<Chat>('/chat/:id/stream', { schema }, async ({ params, body }, reply) => {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const run = store.session(params.id).exclusive(
    async ({ session, signal }) => {
      const stream = await runner.run(agent, body.message, { session, stream: true, signal })
      reply.hijack().raw.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
      for await (const text of stream.toTextStream()) reply.raw.write(text)
      await stream.completed // now the turn is stored
    },
    { whenBusy: 'reject', signal: gone.signal },
  )
  // Once it has begun, a stream can only be cut.
  await run.catch((error: Error) => {
    if (!reply.raw.headersSent) throw error
    reply.raw.destroy(error)
  })
  if (!reply.raw.destroyed) reply.raw.end()
})

app.get<Chat>('/chat/:id', ({ params }) => store.session(params.id).getItems(100))

app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
  if (!(error instanceof SessionError)) return reply.code(error.statusCode ?? 500).send({ error: 'Bad request' })
  if (error.code === 'SESSION_IN_USE') return reply.code(409).send({ error: error.code })
  console.error(error) // its text holds no items, keys or credentials
  if (error.retryable) reply.header('retry-after', '1')
  return reply.code(error.retryable ? 503 : 500).send({ error: error.code })
})

console.log(`Listening on ${await app.listen({ port: Number(process.env.PORT ?? 3000), host: 'localhost' })}`)
// `on`, not `once`: the SDK ends the process at these signals by itself where nobody else is listening any more.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => app.close())
