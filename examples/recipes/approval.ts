// A tool that a human must approve, in another process and maybe days later: the run stops, its state is kept beside the
// conversation, and whoever decides goes on with it. Start it twice, on two ports, on one database.
//   PORT=3000 node examples/recipes/approval.ts
//   curl localhost:3000/chat/ada -H 'content-type: application/json' -d '{"message": "Please refund 40."}'
//   curl localhost:3001/approvals
//   curl localhost:3001/approvals/ada -H 'content-type: application/json' -d '{"approve": true}'
import { Agent, Runner, RunState, tool } from '@openai/agents'
import type { StoredSession } from '@sessions/core'
import { SQLiteStore } from '@sessions/sqlite'
import express from 'express'
import { z } from 'zod'
import { offlineModel, textOf } from '../offline-model.ts'
import { failures } from './failures.ts'
import { listen } from './listen.ts'

const agent = new Agent({
  name: 'Clerk',
  instructions: 'You refund what customers have paid.',
  tools: [
    tool({
      name: 'refund',
      description: 'Pays an amount back.',
      parameters: z.object({ amount: z.number() }),
      needsApproval: true,
      execute: async ({ amount }) => `process ${process.pid} has paid ${amount} back`,
    }),
  ],
})
const model = offlineModel((shown) => {
  const amount = /refund (\d+)/.exec(textOf(shown.at(-1)))?.[1]
  return amount === undefined
    ? `Done: ${textOf(shown.at(-1))}`
    : { tool: 'refund', arguments: { amount: Number(amount) } }
})
const runner = process.env.OPENAI_API_KEY ? new Runner() : new Runner({ model, tracingDisabled: true })

const store = new SQLiteStore({ path: process.env.DATABASE ?? 'conversations.db' })
const prefix = 'approvals/'

interface Waiting {
  /** What is to be approved, for the one who decides. */
  calls: string[]
  /** The run, as the SDK writes it down. It holds what was said, so it is kept as safe as the conversation. */
  state: string
}

/** A session of its own for what waits in a conversation. */
function waitingIn(id: string): StoredSession<Waiting> {
  return store.session<Waiting>(prefix + id)
}

/** Runs until the answer, or until somebody must decide. */
async function advance(id: string, input: string | RunState<undefined, typeof agent>): Promise<object> {
  const result = await runner.run(agent, input, { session: store.session(id) })
  if (result.interruptions.length === 0) return { answer: result.finalOutput }
  const calls = result.interruptions.map(({ name, arguments: parameters }) => `${name} ${parameters}`)
  await waitingIn(id).addItems([{ calls, state: result.state.toString() }])
  return { waiting: calls }
}

const app = express()
app.use(express.json())

app.post('/chat/:id', async (request, response) => {
  const { message } = z.object({ message: z.string().min(1) }).parse(request.body)
  const { id } = request.params
  if ((await waitingIn(id).getItems(1)).length > 0) return response.status(409).json({ error: 'Waiting for approval' })
  response.json(await advance(id, message))
})

app.get('/approvals', async (_request, response) => {
  const found: object[] = []
  for await (const { sessionId } of store.listSessions({ prefix })) {
    const id = sessionId.slice(prefix.length)
    const [waiting] = await waitingIn(id).getItems(1)
    if (waiting !== undefined) found.push({ id, calls: waiting.calls })
  }
  response.json(found)
})

app.post('/approvals/:id', async (request, response) => {
  const { approve } = z.object({ approve: z.boolean() }).parse(request.body)
  const { id } = request.params
  // Of all who decide at once, in any process, one gets it: nothing is paid twice.
  const waiting = await waitingIn(id).popItem()
  if (waiting === undefined) return response.status(404).json({ error: 'Nothing is waiting' })
  const state = await RunState.fromString<undefined, typeof agent>(agent, waiting.state)
  for (const item of state.getInterruptions()) approve ? state.approve(item) : state.reject(item)
  response.json(await advance(id, state))
})

app.use(failures)
listen(app, () => store.close())
