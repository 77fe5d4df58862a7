// The chat of express.ts with Hono, which also runs on Bun and Deno: there `export default app` in the place of `listen`.
//   node examples/recipes/hono.ts
//   curl localhost:3000/chat/ada -H 'content-type: application/json' -d '{"message": "My name is Ada."}'
import { getRequestListener } from '@hono/node-server'
import { SessionError } from '@sessions/core'
import { SQLiteStore } from '@sessions/sqlite'
import { Hono } from 'hono'
import { streamText } from 'hono/streaming'
import { z } from 'zod'
import { agent, runner } from './agent.ts'
import { listen } from './listen.ts'

const store = new SQLiteStore({ path: process.env.DATABASE ?? 'conversations.db' })
const Body = z.object({ message: z.string().min(1).max(10_000) })
const app = new Hono()

app.post('/chat/:id', async (context) => {
  const { message } = Body.parse(await context.req.json())
  // One run at a time; while an answer is under way, the next message is told 409.
  const { finalOutput } = await store
    .session(context.req.param('id'))
    .exclusive(({ session, signal }) => runner.run(agent, message, { session, signal }), { whenBusy: 'reject' })
  return context.json({ answer: finalOutput })
})

app.post('/chat/:id/stream', async (context) => {
  const { message } = Body.parse(await context.req.json())
  // The answer outlives this function, so the session is held without one.
  const held = await store.session(context.req.param('id')).acquire({ whenBusy: 'reject' })
  const { session } = held
  return streamText(context, async (body) => {
    const gone = new AbortController()
    body.onAbort(() => gone.abort())
    try {
      const signal = AbortSignal.any([held.signal, gone.signal])
      const stream = await runner.run(agent, message, { session, stream: true, signal })
      for await (const text of stream.toTextStream()) await body.write(text)
      await stream.completed // now the turn is stored
    } finally {
      await held.release()
    }
  })
})

app.get('/chat/:id', async (context) => context.json(await store.session(context.req.param('id')).getItems(100)))

app.onError((error, context) => {
  if (error instanceof z.ZodError || error instanceof SyntaxError) return context.json({ error: 'Bad request' }, 400)
  if (!(error instanceof SessionError)) throw error
  if (error.code === 'SESSION_IN_USE') return context.json({ error: error.code }, 409)
  console.error(error) // its text holds no items, keys or credentials
  if (error.retryable) context.header('Retry-After', '1')
  return context.json({ error: error.code }, error.retryable ? 503 : 500)
})

listen(getRequestListener(app.fetch), () => store.close())
