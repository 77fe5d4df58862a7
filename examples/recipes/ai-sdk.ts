// The route of a chat made with Vercel's AI SDK, whose messages are kept as it gives them. Its useChat sends the newest message only:
//   new DefaultChatTransport({ prepareSendMessagesRequest: ({ id, messages }) => ({ body: { id, message: messages.at(-1) } }) })
// MODEL is one of the SDK's gateway (and needs AI_GATEWAY_API_KEY); without it a stand-in answers.
//   node examples/recipes/ai-sdk.ts
import { SQLiteStore } from '@sessions/sqlite'
import {
  consumeStream,
  convertToModelMessages,
  createIdGenerator,
  pipeUIMessageStreamToResponse,
  safeValidateUIMessages,
  streamText,
  toUIMessageStream,
  type UIMessage,
} from 'ai'
import express from 'express'
import { z } from 'zod'
import { standIn } from './ai-sdk-stand-in.ts'
import { failures } from './failures.ts'
import { listen } from './listen.ts'

const store = new SQLiteStore({ path: process.env.DATABASE ?? 'chats.db' })
const model = process.env.MODEL ?? standIn()
const Body = z.object({
  id: z.string().min(1).max(255),
  message: z.object({ id: z.string().min(1), role: z.literal('user'), parts: z.array(z.unknown()) }),
})

const app = express()
app.use(express.json())

app.get('/api/chat/:id', async (request, response) => {
  response.json(await store.session<UIMessage>(request.params.id).getItems())
})

app.post('/api/chat', async (request, response) => {
  const { id, message } = Body.parse(request.body)
  const valid = await safeValidateUIMessages<UIMessage>({ messages: [message] }) // with your tools and data, where you have some
  if (!valid.success) return response.status(400).json({ error: 'Bad request' })
  // One answer at a time; a second tab is told 409. An answer outlives the request, so the session is held without a function.
  const held = await store.session<UIMessage>(id).acquire({ whenBusy: 'reject' })
  try {
    const stored = await held.session.getItems()
    // A message that is there already is edited, or asked once more: what followed it goes.
    const known = stored.findIndex((one) => one.id === message.id)
    const before = known < 0 ? stored : stored.slice(0, known)
    const messages = [...before, ...valid.data]
    const answer = streamText({ model, messages: await convertToModelMessages(messages), abortSignal: held.signal })
    const stream = toUIMessageStream({
      stream: answer.stream,
      originalMessages: messages,
      generateMessageId: createIdGenerator({ prefix: 'msg', size: 16 }),
      // The whole list; what is stored of it already stays as it is, with its ids and times. `onFinish` before version 7.
      onEnd: async ({ messages }) => void (await held.session.replaceItems(messages)),
    })
    // Read to its end whether or not the client is still there, who finds the answer when it comes back.
    const consumeSseStream = ({ stream }: { stream: ReadableStream }): Promise<void> =>
      consumeStream({ stream }).finally(held.release).catch(console.error)
    await pipeUIMessageStreamToResponse({ response, stream, consumeSseStream })
  } catch (error) {
    await held.release()
    throw error
  }
})

app.use(failures)
listen(app, () => store.close())
