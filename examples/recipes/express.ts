// A chat over HTTP: one store for the process, one session a request, streaming too.
//   node examples/recipes/express.ts
//   curl localhost:3000/chat/ada -H 'content-type: application/json' -d '{"message": "My name is Ada."}'
//   curl -N localhost:3000/chat/ada/stream -H 'content-type: application/json' -d '{"message": "Who am I?"}'
// Who may speak in which conversation is for your login to say: multi-tenant.ts does.
import { SQLiteStore } from '@sessions/sqlite'
import express from 'express'
import { z } from 'zod'
import { agent, runner } from './agent.ts'
import { failures } from './failures.ts'
import { listen } from './listen.ts'

const store = new SQLiteStore({ path: process.env.DATABASE ?? 'conversations.db' })
const Body = z.object({ message: z.string().min(1).max(10_000) })

const app = express()
app.use(express.json())

app.post('/chat/:id', async (request, response) => {
  const { message } = Body.parse(request.body)
  const { finalOutput } = await runner.run(agent, message, { session: store.session(request.params.id) })
  response.json({ answer: finalOutput })
})

app.post('/chat/:id/stream', async (request, response) => {
  const { message } = Body.parse(request.body)
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const options = { session: store.session(request.params.id), stream: true, signal: gone.signal } as const
  const stream = await runner.run(agent, message, options)
  response.type('text/plain')
  for await (const text of stream.toTextStream()) response.write(text)
  await stream.completed // now the turn is stored
  response.end()
})

app.get('/chat/:id', async (request, response) => {
  response.json(await store.session(request.params.id).getItems(100))
})

app.use(failures)
listen(app, () => store.close())
