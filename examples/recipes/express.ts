// A chat over HTTP: one store for the process, one session a request, streaming too.
//   node examples/recipes/express.ts
//   curl localhost:3000/chat/ada -H 'content-type: application/json' -d '{"message": "My name is Ada."}'
//   curl -N localhost:3000/chat/ada/stream -H 'content-type: application/json' -d '{"message": "Who am I?"}'
// Who may speak in which conversation is for your login to say: multi-tenant.ts does.
import type { ExclusiveWork, StoredSession } from '@sessions/core'
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

// A conversation has one run at a time. A message sent twice, or while an answer is under way, is refused: 409.
const whenBusy = 'reject'

app.post('/chat/:id', async (request, response) => {
  const { message } = Body.parse(request.body)
  const conversation = store.session(request.params.id)
  const run = conversation.exclusive(({ session, signal }) => runner.run(agent, message, { session, signal }), {
    whenBusy,
  })
  response.json({ answer: (await run).finalOutput })
})

app.post('/chat/:id/stream', async (request, response) => {
  const { message } = Body.parse(request.body)
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const answer: ExclusiveWork<StoredSession, void> = async ({ session, signal }) => {
    const stream = await runner.run(agent, message, { session, stream: true, signal })
    response.type('text/plain')
    for await (const text of stream.toTextStream()) response.write(text)
    await stream.completed // now the turn is stored, and the session may go to the next
  }
  await store.session(request.params.id).exclusive(answer, { whenBusy, signal: gone.signal })
  response.end()
})

app.get('/chat/:id', async (request, response) => {
  response.json(await store.session(request.params.id).getItems(100))
})

app.use(failures)
listen(app, () => store.close())
